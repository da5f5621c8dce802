/** The head of the page: its title, facts and warnings. */
import type { PageData } from "../../lib/report/page/page_data.ts";
import { element, make } from "./elements.ts";

/** Fills the head, and shows the controls that this kind of page has. */
export function fillHead({ title, facts, warnings, compared, timeline }: PageData): void {
  element("title").textContent = element("title").title = title;
  element("facts").textContent = facts.join(" · ");
  element("warnings").replaceChildren(...warnings.map((text) => make("li", {}, text)));
  element("before").hidden = element("shares").hidden = compared === undefined;
  element("time").hidden = timeline === undefined;
  document.querySelector<HTMLElement>(`[data-name="time"]`)!.hidden = timeline === undefined;
  if (compared !== undefined) element("before").title = `Widths are those of ${compared.before}`;
}
