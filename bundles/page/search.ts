/** The search: a text in any case, or a regular expression between slashes. */
import { frameName, longPosition, type PageFrame } from "./data.ts";
import type { TreeNode } from "./tree.ts";

/** Whether a text matches the search. */
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

/** Returns the text of a frame that is searched: its name and position. */
export function searchText(frame: PageFrame): string {
  return `${frameName(frame)} ${longPosition(frame)}`;
}

/**
 * Counts the found frames, and the time in them. Time in a frame inside a found one counts once.
 */
export function countFound(
  root: TreeNode,
  isFound: (node: TreeNode) => boolean,
) {
  const found = { frames: 0, samples: 0, weight: 0, weightBefore: 0 };
  const visit = (node: TreeNode, isInside: boolean) => {
    const isHit = isFound(node);
    if (isHit) found.frames++;
    if (isHit && !isInside) {
      found.samples += node.now.samples;
      found.weight += node.now.weight;
      found.weightBefore += node.before.weight;
    }
    for (const child of node.children) visit(child, isInside || isHit);
  };
  visit(root, false);
  return found;
}
