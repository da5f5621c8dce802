/** All reasons for which lines take their time, the largest first. */
import { make } from "./elements.ts";
import { causeLink, causeText, type LookAt } from "./why.ts";
import type { View } from "./view.ts";

/** Draws the list. */
export function drawCauses(place: HTMLElement, view: View, onChoose: LookAt): void {
  const { model } = view;
  const { causes, files } = model.data;
  const items = causes.map((cause) => {
    const { name, file, line, column } = cause;
    const path = files[file]!;
    const where = `${path.slice(path.lastIndexOf("/") + 1)}${line > 0 ? `:${line}` : ""}`;
    const text = line > 0 ? model.textOf(file, line, column).trim() : "";
    return make(
      "li",
      {},
      make(
        "span",
        { className: "code" },
        causeLink(model, cause, { text: text || where, onChoose }),
      ),
      make(
        "span",
        { className: "file", title: `${path}${line > 0 ? `:${line}` : ""}` },
        `${name}  ${where}`,
      ),
      causeText(model, cause),
    );
  });
  place.replaceChildren(
    make("ol", { className: "causes" }, ...items),
    make(
      "p",
      { className: "quiet" },
      "By V8's log and the samples of the whole recording, whatever part of it is chosen.",
    ),
  );
}
