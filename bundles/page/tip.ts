/** The box of text beside the pointer. */
import { make } from "./elements.ts";

/** A tip. */
export class Tip {
  readonly #box = make("div", { className: "tip", hidden: true });

  constructor() {
    // The pointer's tip repeats what the line below the graph says.
    this.#box.setAttribute("aria-hidden", "true");
    document.body.append(this.#box);
  }

  show({ clientX, clientY }: MouseEvent, [title, ...lines]: readonly string[]): void {
    this.#box.replaceChildren(
      make("b", {}, title!),
      ...lines.filter(Boolean).map((line) => make("div", {}, line)),
    );
    this.#box.hidden = false;
    const { offsetWidth, offsetHeight } = this.#box;
    const isLow = clientY + 18 + offsetHeight > innerHeight;
    this.#box.style.left = `${Math.max(8, Math.min(clientX + 14, innerWidth - offsetWidth - 8))}px`;
    this.#box.style.top = `${isLow ? clientY - offsetHeight - 12 : clientY + 18}px`;
  }

  hide(): void {
    this.#box.hidden = true;
  }
}
