/** Rows of tabs, with arrow keys as the ARIA pattern has them (w3.org/WAI/ARIA/apg/patterns/tabs). */

/** Makes buttons of a list into tabs. */
export class Tabs<Name extends string> {
  readonly #buttons: HTMLButtonElement[];

  /** @param list An element with a button of each name in `data-name`. */
  constructor(list: HTMLElement, onChoose: (name: Name) => void) {
    list.setAttribute("role", "tablist");
    this.#buttons = [...list.querySelectorAll("button")];
    this.#buttons.forEach((button, i) => {
      button.setAttribute("role", "tab");
      button.addEventListener("click", () => onChoose(button.dataset["name"] as Name));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        const shown = this.#buttons.filter(({ hidden }) => !hidden);
        const next = shown.at((shown.indexOf(this.#buttons[i]!) + step) % shown.length)!;
        next.focus();
        next.click();
      });
    });
  }

  show(name: Name): void {
    for (const button of this.#buttons) {
      const isChosen = button.dataset["name"] === name;
      button.setAttribute("aria-selected", String(isChosen));
      button.tabIndex = isChosen ? 0 : -1;
    }
  }
}
