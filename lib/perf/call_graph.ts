/** The way in which `perf record` finds the callers of a sample. */
export type CallGraph =
  /** Along the frame pointers, in the kernel. */
  | { method: "fp" }
  /** From a copy of the stack's top, with unwind information. */
  | { method: "dwarf"; /** Bytes of stack copied per sample. */ size: number };

/** perf's default for the bytes of stack to copy (tools/perf/util/callchain.c). */
export const DEFAULT_STACK_DUMP_SIZE = 8192;

/**
 * Bytes of stack where trampolines are unwound. A trampoline's call takes more stack than a plain one: a
 * small program of a few nested callbacks lost callers in 42 % of its stacks with 8192 bytes, in 11 % with
 * 12288 and more, and with the native engine in 51 %, 11 % (12288), 5 % (16384) and 5 % (24576).
 */
export const JIT_STACK_DUMP_SIZE = 16384;

/** The most bytes of stack one sample can carry: its size is a `u16`, and a multiple of 8. */
export const MAX_STACK_DUMP_SIZE = 65528;

/**
 * Parses the value of `--call-graph`: `fp` or `dwarf[,SIZE]`.
 *
 * SIZE is in bytes and is rounded up to a multiple of 8, as `perf` does
 * (tools/perf/util/callchain.c, `get_stack_size`).
 *
 * @throws {RangeError} If the method is another, or the size is outside 1 to 65528.
 *
 * @example
 * ```ts
 * import { parseCallGraph } from "@x/perf";
 * import { deepEqual } from "node:assert/strict";
 *
 * deepEqual(parseCallGraph("fp"), { method: "fp" });
 * deepEqual(parseCallGraph("dwarf"), { method: "dwarf", size: 8192 });
 * deepEqual(parseCallGraph("dwarf,16381"), { method: "dwarf", size: 16384 });
 * ```
 */
export function parseCallGraph(text: string): CallGraph {
  if (text === "fp") return { method: "fp" };
  const match = /^dwarf(?:,(.*))?$/s.exec(text);
  if (match === null) {
    throw new RangeError(
      `Cannot use call graph "${text}": must be "fp" or "dwarf[,SIZE]"`,
    );
  }
  const digits = match[1];
  if (digits === undefined) return { method: "dwarf", size: DEFAULT_STACK_DUMP_SIZE };
  const size = /^[0-9]+$/.test(digits) ? Math.ceil(Number(digits) / 8) * 8 : 0;
  if (size < 8 || size > MAX_STACK_DUMP_SIZE) {
    throw new RangeError(
      `Cannot use call graph size "${digits}": must be a whole number of bytes from 1 to ${MAX_STACK_DUMP_SIZE}`,
    );
  }
  return { method: "dwarf", size };
}

/** Formats a call graph as a value of `--call-graph`. */
export function formatCallGraph(callGraph: CallGraph): string {
  return callGraph.method === "fp" ? "fp" : `dwarf,${callGraph.size}`;
}
