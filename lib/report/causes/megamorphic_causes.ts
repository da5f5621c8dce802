/*
 * Finds the property accesses that see objects of many shapes. Optimised code calls a builtin of
 * V8's for them whose name ends in `_Megamorphic` (v8/src/builtins/builtins-ic-gen.cc).
 *
 * Most of such a builtin's code makes no stack frame, and then the function that called it has been
 * added to the stack (recording/skipped/), with the place of the access where that is clear.
 */
import { functionKey, type FunctionPlace } from "../../recording/code_history.ts";
import type { Recording } from "../../recording/recording.ts";
import { RecordedAccesses } from "../../recording/skipped/recorded_accesses.ts";
import type { Cause } from "./cause.ts";
import { type LineWeight, LineWeights } from "./line_weights.ts";
import { placeOf, type SourceFrame } from "./program_stacks.ts";

/**
 * Finds the lines with megamorphic accesses. Where samples leave several accesses of a function
 * open, the line is the one that took most time, and the fact names the others. Time whose function
 * cannot be told is left out.
 */
export function megamorphicAccesses(
  recording: Recording,
): (Omit<Cause, "share"> & { samples: number })[] {
  return megamorphicLines(recording).map(({ others, isCall, ...line }) => ({
    kind: "megamorphic access" as const,
    ...line,
    fact: `${
      isCall ? "this call gets objects" : "property access on objects"
    } of many shapes (megamorphic)${othersText(others)}`,
    advice:
      "V8 searches a table at each access: create these objects with the same properties in the " +
      "same order, use a Map for names that vary, or handle each kind in a function of its own.",
  }));
}

/** A line with the other lines that its time can be of. */
interface AccessLine extends LineWeight {
  others: ReadonlySet<number>;
  /** Whether the access loads a method that the line calls. */
  isCall: boolean;
}

function othersText(others: ReadonlySet<number>): string {
  if (others.size === 0) return "";
  const lines = [...others].sort((a, b) => a - b);
  return `, here or on line ${lines.join(" or ")}`;
}

function megamorphicLines(recording: Recording): AccessLine[] {
  const accesses = RecordedAccesses.of(recording);
  if (accesses === undefined) return [];
  const lines = new LineWeights();
  const othersOf = new Map<string, ReadonlySet<number>>();
  const calling = new Set<string>();
  for (const { frames, weight, samples } of recording.stacks) {
    const stack = accesses.accessOf(frames);
    if (stack === undefined) continue;
    const caller = frames[stack.at - 1] as SourceFrame;
    const fn = placeOf(caller);
    if (stack.found !== undefined) {
      lines.add({ fn, ...caller.position!, weight, samples });
      if (stack.found.isCall) calling.add(lineKey(fn, caller.position!.line));
      continue;
    }
    if (caller.position !== undefined) continue;
    const sites = accesses.sitesOf(caller, stack.access);
    if (sites.length === 0) lines.add({ fn, weight, samples });
    for (const { fn, line, column, access, share, others } of sites) {
      lines.add({ fn, line, column, weight: weight * share, samples: samples * share });
      othersOf.set(lineKey(fn, line), others);
      if (access.isCall) calling.add(lineKey(fn, line));
    }
  }
  return lines.all().map((line) => ({
    ...line,
    others: othersOf.get(lineKey(line.fn, line.line)) ?? new Set(),
    isCall: calling.has(lineKey(line.fn, line.line)),
  }));
}

function lineKey(fn: FunctionPlace, line: number | undefined): string {
  return `${functionKey(fn)}\0${line ?? ""}`;
}
