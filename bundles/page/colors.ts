/** Colours of boxes: by whose code it is, or by what became of it. */
import type { FrameKind } from "../../lib/recording/frame.ts";
import type { TreeNode } from "./tree.ts";

/** The kinds, and what the legend calls them. */
export const KINDS: readonly { kind: FrameKind; label: string }[] = [
  { kind: "typescript", label: "TypeScript" },
  { kind: "npm", label: "npm package" },
  { kind: "runtime", label: "runtime" },
  { kind: "native", label: "native" },
  { kind: "kernel", label: "kernel" },
];

const PLAIN = "light-dark(#d5d8de, #858c9b)";
const FOUND = "#ffd60a";

/** A kind's colour, the same name always in the same shade. */
export function kindColor(node: TreeNode): string {
  if (node.frame === undefined) return PLAIN;
  return `color-mix(in oklab, var(--${node.frame.kind}) ${78 + shade(node.name)}%, var(--panel))`;
}

/** 0 to 22. */
function shade(name: string): number {
  let hash = 7;
  for (let i = 0; i < name.length; i++) {
    hash = (hash * 31 + name.charCodeAt(i)) % 9973;
  }
  return hash % 23;
}

/**
 * Red where a frame's share has grown, blue where it has shrunk.
 *
 * @param difference In shares of all, from -1 to 1.
 */
export function differenceColor(difference: number): string {
  // A tenth of everything is as much as a difference needs to be to be seen at once.
  const strength = Math.min(1, Math.sqrt(Math.abs(difference) / 0.1));
  if (strength < 0.05) return PLAIN;
  const color = difference > 0 ? "hsl(6 88% 62%)" : "hsl(214 88% 62%)";
  return `color-mix(in oklab, ${color} ${Math.round(15 + 85 * strength)}%, var(--panel))`;
}

/** What a search has found. */
export function foundColor(): string {
  return FOUND;
}
