/** The head of the page: its title, facts and warnings. */
import type { PageData } from "../../lib/report/page/page_data.ts";
import { element, make } from "./elements.ts";

/** Fills the head, and shows the controls that this kind of page has. */
export function fillHead({ title, facts, warnings, compared, timeline, causes }: PageData): void {
  element("title").textContent = element("title").title = title;
  element("facts").textContent = facts.join(" · ");
  element("warnings").replaceChildren(...warnings.map((text) => make("li", {}, text)));
  element("before").hidden = element("shares").hidden = compared === undefined;
  element("time").hidden = timeline === undefined;
  const tab = (name: string) => document.querySelector<HTMLElement>(`[data-name="${name}"]`)!;
  tab("time").hidden = timeline === undefined;
  tab("why").hidden = causes.length === 0;
  if (compared !== undefined) element("before").title = `Widths are those of ${compared.before}`;
}
