/*
 * Finds the property accesses that see objects of many shapes. Optimised code calls a builtin of
 * V8's for them whose name ends in `_Megamorphic` (v8/src/builtins/builtins-ic-gen.cc).
 *
 * Most of such a builtin's code makes no stack frame, and then the function that called it has been
 * added to the stack without a place (recording/skipped/). Samples in which the builtin has a frame,
 * and samples of the function's own code, tell which access it is.
 */
import { functionKey, type FunctionPlace } from "../../recording/code_history.ts";
import { type Frame, isApp, isBuiltin } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import { AccessSites } from "./access_sites.ts";
import { type Access, AccessTexts, isSameAccess } from "./access_text.ts";
import type { Cause } from "./cause.ts";
import { type LineWeight, LineWeights } from "./line_weights.ts";
import { placeOf, type SourceFrame } from "./program_stacks.ts";

const MEGAMORPHIC = /^(Keyed)?(Load|Store|Define\w*|Has)\w*?IC(?:Trampoline)?_Megamorphic/;

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
  const isAccess = (frame: Frame) => isBuiltin(frame) && MEGAMORPHIC.test(frame.name);
  // Most programs have none, and then nothing has to be learned of 100 000 stacks.
  if (!recording.stacks.some(({ frames }) => frames.some(isAccess))) return [];
  const pieces = new Map<string, AccessSites>();
  const texts = new AccessTexts(recording.sources);
  const unplaced: {
    fn: FunctionPlace;
    access: BuiltinAccess;
    weight: number;
    samples: number;
  }[] = [];
  const lines = new LineWeights();
  const othersOf = new Map<string, ReadonlySet<number>>();
  const calling = new Set<string>();
  const piecesOf = (frame: Frame) => {
    const key = functionKey(frame as SourceFrame);
    let piece = pieces.get(key);
    if (piece === undefined) pieces.set(key, piece = new AccessSites());
    return piece;
  };
  for (const { frames, weight } of recording.stacks) {
    const owner = frames.findLastIndex((frame) => isApp(frame) && !frame.isInlined);
    if (owner < 0) continue;
    const innermost = frames.findLastIndex(isApp);
    const frame = frames[innermost] as SourceFrame;
    const found = frame.position && texts.at(frame.file, frame.position);
    if (found !== undefined) piecesOf(frames[owner]!).add(frame, found, weight);
  }
  for (const { frames, weight, samples } of recording.stacks) {
    const at = frames.findLastIndex(isAccess);
    // A getter that the builtin calls has a time of its own.
    if (at < 0 || frames.slice(at + 1).some(isApp)) continue;
    const access = accessOf(frames[at]!.name);
    const caller = frames[at - 1];
    if (caller?.file === undefined || !isApp(caller)) continue;
    const found = caller.position && texts.at(caller.file, caller.position);
    if (found !== undefined && isSameAccess(found, access)) {
      const fn = placeOf(caller as SourceFrame);
      lines.add({ fn, ...caller.position!, weight, samples });
      if (found.isCall) calling.add(lineKey(fn, caller.position!.line));
      const owner = frames.slice(0, at).findLast((frame) => isApp(frame) && !frame.isInlined);
      if (owner !== undefined) piecesOf(owner).confirm(caller as SourceFrame, found, weight);
    } else if (caller.position === undefined) {
      unplaced.push({ fn: placeOf(caller as SourceFrame), access, weight, samples });
    }
  }
  for (const { fn, access, weight, samples } of unplaced) {
    const sites = pieces.get(functionKey(fn))?.sites(access) ?? [];
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

/** The access that a builtin is for. It does not know whether the property is called afterwards. */
type BuiltinAccess = Omit<Access, "isCall">;

function accessOf(builtin: string): BuiltinAccess {
  const [, keyed, kind] = MEGAMORPHIC.exec(builtin)!;
  return { isKeyed: keyed !== undefined, isStore: kind === "Store" || kind!.startsWith("Define") };
}
