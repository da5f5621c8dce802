/** The search: text in any case, or a regular expression between slashes. */
import type { CallTree } from "./call_tree.ts";

/** Whether a text matches. */
export type Matcher = (text: string) => boolean;

/**
 * Reads a search.
 *
 * @returns `undefined` where the search is empty.
 * @throws {SyntaxError} If the regular expression is invalid.
 */
export function readSearch(text: string): Matcher | undefined {
  const wanted = text.trim();
  if (wanted === "") return undefined;
  const expression = /^\/(.+?)\/?$/s.exec(wanted)?.[1];
  if (expression !== undefined && wanted.length > 2 && wanted.endsWith("/")) {
    const pattern = new RegExp(expression, "i");
    return (text) => pattern.test(text);
  }
  const lower = wanted.toLowerCase();
  return (text) => text.toLowerCase().includes(lower);
}

/** Counts the boxes that match, and the time in them; a box inside of a match counts no time again. */
export function countFound(
  tree: CallTree,
  isFound: (key: number) => boolean,
): { boxes: number; weight: number } {
  const found = { boxes: 0, weight: 0 };
  let until = 0;
  for (let node = 1; node < tree.length; node++) {
    if (!isFound(tree.key[node]!)) continue;
    found.boxes++;
    if (node < until) continue;
    until = tree.end[node]!;
    found.weight += tree.total[node]!;
  }
  return found;
}
