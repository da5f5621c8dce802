/** A frame, and what was called from it. */
export interface CallNode {
  /** Samples in this frame and below. */
  samples: number;
  /** By name. */
  callees: Map<string, CallNode>;
}

/**
 * A frame without a name, one of the library's own that stand around every trampoline, or a name
 * that a jitdump gives to whole regions.
 */
const NAMELESS = /^(0|0x[0-9a-f]+|\[(unknown|deno|node|bun|generated code|stack)\]|xp_\w+)?$/;

/** A tree with no samples in it. */
export function emptyTree(): CallNode {
  return { samples: 0, callees: new Map() };
}

/**
 * Adds a stack to a tree, without its nameless frames.
 *
 * @param root The tree, changed in place.
 * @param frames Names, outermost first.
 * @param samples How often the stack was seen.
 */
export function addStack(root: CallNode, frames: readonly string[], samples: number): void {
  root.samples += samples;
  let node = root;
  for (const name of frames) {
    if (NAMELESS.test(name)) continue;
    let callee = node.callees.get(name);
    if (callee === undefined) node.callees.set(name, callee = emptyTree());
    callee.samples += samples;
    node = callee;
  }
}

/** The named frames of a tree, callers before what they call, the busiest first. */
export function* walkTree(
  node: CallNode,
  minimum: number,
  depth = 0,
): Generator<{ name: string; samples: number; depth: number }> {
  const callees = [...node.callees].sort(([, a], [, b]) => b.samples - a.samples);
  for (const [name, callee] of callees) {
    if (callee.samples < minimum) return;
    yield { name, samples: callee.samples, depth };
    yield* walkTree(callee, minimum, depth + 1);
  }
}
