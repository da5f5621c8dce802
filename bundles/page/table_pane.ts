/** The pane below the graph: functions, lines, source, or callers and callees. */
import { drawCalls } from "./call_pane.ts";
import { element } from "./elements.ts";
import { drawFunctions } from "./function_pane.ts";
import { drawLines } from "./line_pane.ts";
import type { Matcher } from "./search.ts";
import { drawSource } from "./source_pane.ts";
import { drawCauses } from "./why_pane.ts";
import type { LookAt } from "./why.ts";
import type { State } from "./state.ts";
import type { View } from "./view.ts";

/** Draws the pane that is chosen, and turns presses into changes of the state. */
export class TablePane {
  readonly #view: View;
  readonly #update: (change: Partial<State>) => void;
  readonly #place = element("pane");
  #drawn: State["pane"] | undefined;

  constructor(view: View, update: (change: Partial<State>) => void) {
    this.#view = view;
    this.#update = update;
  }

  /** Draws it, with the rows that a search has found. */
  draw(matcher: Matcher | undefined): void {
    const [view, place] = [this.#view, this.#place];
    const { pane } = view.state;
    const lookAt: LookAt = (fn, line) => this.lookAt(fn, line);
    place.setAttribute("aria-label", document.querySelector(`[data-name="${pane}"]`)!.textContent!);
    if (pane !== this.#drawn) place.scrollTop = 0;
    this.#drawn = pane;
    if (pane === "functions") {
      drawFunctions(place, view, {
        matcher,
        onChoose: lookAt,
        onSort: (sort) => {
          this.#update({ sort });
          place.querySelector<HTMLElement>("th[aria-sort] button")?.focus();
        },
      });
    } else if (pane === "lines") {
      drawLines(place, view, { matcher, onChoose: lookAt });
    } else if (pane === "why") drawCauses(place, view, lookAt);
    else if (pane === "source") drawSource(place, view, lookAt);
    else {
      drawCalls(place, view, {
        onChoose: (fn) => {
          this.#update({ fn, line: undefined });
          place.focus({ preventScroll: true });
        },
        onLook: lookAt,
      });
    }
  }

  /** Shows the source of a function, or a line of it. */
  lookAt(fn: number, line?: number): void {
    this.#update({ fn, line, pane: "source" });
    // The pressed button is gone, so the keyboard goes on in the source.
    this.#place.focus({ preventScroll: true });
    this.#place.scrollIntoView({ block: "nearest" });
  }
}
