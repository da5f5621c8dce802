/** The table of functions below the graph. */
import { frameName, longPosition, type PageFrame, shortPosition, sourceAddress } from "./data.ts";
import type { FunctionTotal } from "./tree.ts";
import { percent, whole } from "./words.ts";

/** The most rows that are shown. */
const MOST_ROWS = 300;

/** The data of the table. */
export interface TableOptions {
  rows: readonly FunctionTotal[];
  /** The weight of all stacks, and of all in the earlier recording. */
  total: { now: number; before: number };
  /** Whether the columns are differences between two recordings. */
  isComparison: boolean;
  sortBy: "self" | "total";
  onChoice: (frame: PageFrame) => void;
}

/** Draws the rows. */
export function drawTable(body: HTMLElement, options: TableOptions): void {
  const { rows, total, isComparison, sortBy, onChoice } = options;
  const shares = (row: FunctionTotal, what: "self" | "total") => {
    const now = ratio(row[what].weight, total.now);
    const before = ratio(row[`${what}Before`].weight, total.before);
    return isComparison ? now - before : now;
  };
  const sorted = rows.map((row) => ({
    row,
    self: shares(row, "self"),
    total: shares(row, "total"),
  }))
    .sort((a, b) => Math.abs(b[sortBy]) - Math.abs(a[sortBy]) || b.total - a.total)
    .slice(0, MOST_ROWS);
  body.replaceChildren(...sorted.map(({ row, self, total }) => {
    const name = cell(
      frameName(row.frame),
      "",
      swatch(`var(--${row.frame.kind})`),
    );
    name.title = frameName(row.frame);
    name.addEventListener("click", () => onChoice(row.frame));
    const tr = document.createElement("tr");
    tr.append(
      name,
      placeCell(row.frame),
      shareCell(self, isComparison),
      shareCell(total, isComparison),
      cell(whole(row.total.samples), "number"),
    );
    return tr;
  }));
}

/** Returns a part's share of a whole; 0 where the whole is 0. */
export function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** Makes a square of a colour. */
export function swatch(color: string): HTMLElement {
  const square = document.createElement("span");
  square.className = "swatch";
  square.style.background = color;
  return square;
}

/** Makes an element with a frame's position, as a link where a browser can follow it. */
export function positionElement(frame: PageFrame, text: string): HTMLElement {
  const address = sourceAddress(frame);
  const element = document.createElement(address === undefined ? "span" : "a");
  if (address !== undefined) element.setAttribute("href", address);
  element.title = longPosition(frame);
  element.textContent = text;
  return element;
}

function placeCell(frame: PageFrame): HTMLElement {
  const td = document.createElement("td");
  td.append(positionElement(frame, shortPosition(frame)));
  return td;
}

function shareCell(share: number, isComparison: boolean): HTMLElement {
  if (!isComparison) {
    const td = cell(percent(share), "number share");
    td.style.setProperty("--share", `${(100 * share).toFixed(1)}%`);
    return td;
  }
  const side = Math.abs(share) < 0.00005 ? "" : share > 0 ? " more" : " less";
  return cell(percent(share, { signed: true }), `number${side}`);
}

function cell(
  text: string,
  className: string,
  ...before: HTMLElement[]
): HTMLElement {
  const td = document.createElement("td");
  td.className = className;
  td.append(...before, text);
  return td;
}
