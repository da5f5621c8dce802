/** Callers and callees of a function, side by side. */
import { chooseFunction, link, make, swatch } from "./elements.ts";
import { kindOf, longPlace, nameOf, shortPlace } from "./functions.ts";
import { measureCell, rank } from "./measure.ts";
import { functionHead } from "./function_head.ts";
import { causeText, type LookAt } from "./why.ts";
import type { Calls } from "./totals.ts";
import type { Compared, View } from "./view.ts";

/** Callers and callees that are listed. */
const ROWS = 100;

/** Draws both lists of the function that is looked at. */
export function drawCalls(
  place: HTMLElement,
  view: View,
  { onChoose, onLook }: {
    /** Shows the callers and callees of another function. */
    onChoose: (fn: number) => void;
    onLook: LookAt;
  },
): void {
  const { model, state: { fn } } = view;
  if (fn === undefined) {
    place.replaceChildren(chooseFunction());
    return;
  }
  const { now, before } = view.calls(fn);
  const list = (title: string, side: "callers" | "callees") => {
    const calls = joined(now[side], before?.[side]);
    const rows = [...calls].sort(([, a], [, b]) => rank(view, b) - rank(view, a))
      .slice(0, ROWS).map(([key, value]) => {
        const isFunction = key < model.functions;
        const name = nameOf(model, key);
        return make(
          "tr",
          {},
          measureCell(view, value),
          make(
            "td",
            { className: "name" },
            swatch(kindOf(model, key) ?? "plain"),
            isFunction ? link(name, () => onChoose(key)) : name,
          ),
          make("td", { className: "file", title: longPlace(model, key) }, shortPlace(model, key)),
        );
      });
    return make(
      "section",
      {},
      make("h2", {}, title),
      rows.length === 0 ? make("p", { className: "quiet" }, "none") : make(
        "table",
        { className: "calls" },
        make("caption", { className: "hidden" }, title),
        make(
          "thead",
          {},
          make(
            "tr",
            {},
            make(
              "th",
              { scope: "col", className: "number" },
              view.isComparison ? "Total ±" : "Total",
            ),
            make("th", { scope: "col", className: "name" }, "Function"),
            make("th", { scope: "col", className: "file" }, "Where"),
          ),
        ),
        make("tbody", {}, ...rows),
      ),
    );
  };
  place.replaceChildren(
    functionHead(view, fn, onLook),
    ...model.causesOf(fn).map((cause) => causeText(model, cause)),
    make("div", { className: "butterfly" }, list("Callers", "callers"), list("Callees", "callees")),
  );
}

function joined(now: Calls, before: Calls | undefined): Map<number, Compared<number>> {
  const keys = new Set([...now.keys(), ...before?.keys() ?? []]);
  return new Map([...keys].map((key) => [
    key,
    { now: now.get(key) ?? 0, before: before && (before.get(key) ?? 0) },
  ]));
}
