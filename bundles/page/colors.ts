/** The colours of boxes: by the kind of code, or by its change. */
import type { FrameKind } from "../../lib/recording/frame.ts";
import type { TreeNode } from "./tree.ts";

/** The kinds, and their names in the legend. */
export const KINDS: readonly { kind: FrameKind; label: string }[] = [
  { kind: "typescript", label: "TypeScript" },
  { kind: "npm", label: "npm package" },
  { kind: "runtime", label: "runtime" },
  { kind: "native", label: "native" },
  { kind: "kernel", label: "kernel" },
];

const PLAIN = "light-dark(#d5d8de, #858c9b)";
const FOUND = "#ffd60a";

/** Returns the colour of a box's kind. A name always has the same shade. */
export function kindColor(node: TreeNode): string {
  if (node.frame === undefined) return PLAIN;
  return `color-mix(in oklab, var(--${node.frame.kind}) ${78 + shade(node.name)}%, var(--panel))`;
}

/** Hashes a name to a number from 0 to 22. */
function shade(name: string): number {
  let hash = 7;
  for (let i = 0; i < name.length; i++) {
    hash = (hash * 31 + name.charCodeAt(i)) % 9973;
  }
  return hash % 23;
}

/**
 * Returns red for a share that has grown, blue for one that has shrunk.
 *
 * @param difference The change of the share, from -1 to 1.
 */
export function differenceColor(difference: number): string {
  // A change by a tenth of all time has the full colour.
  const strength = Math.min(1, Math.sqrt(Math.abs(difference) / 0.1));
  if (strength < 0.05) return PLAIN;
  const color = difference > 0 ? "hsl(6 88% 62%)" : "hsl(214 88% 62%)";
  return `color-mix(in oklab, ${color} ${Math.round(15 + 85 * strength)}%, var(--panel))`;
}

/** Returns the colour of boxes that a search has found. */
export function foundColor(): string {
  return FOUND;
}
