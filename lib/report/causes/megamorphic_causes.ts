/*
 * Finds the property accesses that see objects of many shapes. Optimised code calls a builtin of
 * V8's for them whose name ends in `_Megamorphic` (v8/src/builtins/builtins-ic-gen.cc).
 *
 * Most of such a builtin's code makes no stack frame. A sampler that follows frame pointers then
 * misses the function that called the builtin: the stack ends with that function's caller. Samples in
 * which the builtin has a frame, and samples of the function's own code, tell which function and
 * which access it is.
 */
import { functionKey, type FunctionPlace } from "../../recording/code_history.ts";
import { type Frame, isApp, isBuiltin } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import { AccessSites } from "./access_sites.ts";
import { type Access, AccessTexts, isSameAccess } from "./access_text.ts";
import { CalledFunctions } from "./called_functions.ts";
import type { Cause } from "./cause.ts";
import { type LineWeight, LineWeights } from "./line_weights.ts";
import { placeOf, type SourceFrame } from "./program_stacks.ts";

const MEGAMORPHIC = /^(Keyed)?(Load|Store|Define\w*|Has)\w*?IC(?:Trampoline)?_Megamorphic/;

/** Megamorphic accesses of a recording. */
export interface MegamorphicAccesses {
  causes: (Omit<Cause, "share"> & { samples: number })[];
  /** Time of theirs in stacks that have no function of the program, in the recording's unit. */
  outside: number;
}

/**
 * Finds the lines with megamorphic accesses. Where samples leave several accesses of a function
 * open, the line is the one that took most time, and the fact names the others. Time whose function
 * cannot be told is left out.
 */
export function megamorphicAccesses(recording: Recording): MegamorphicAccesses {
  const { lines, outside } = megamorphicLines(recording);
  const causes = lines.map(({ others, isCall, ...line }) => ({
    kind: "megamorphic access" as const,
    ...line,
    fact: `${
      isCall ? "this call gets objects" : "property access on objects"
    } of many shapes (megamorphic)${othersText(others)}`,
    advice:
      "V8 searches a table at each access: create these objects with the same properties in the " +
      "same order, use a Map for names that vary, or handle each kind in a function of its own.",
  }));
  return { causes, outside };
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

function megamorphicLines(recording: Recording): { lines: AccessLine[]; outside: number } {
  const isAccess = (frame: Frame) => isBuiltin(frame) && MEGAMORPHIC.test(frame.name);
  // Most programs have none, and then nothing has to be learned of 100 000 stacks.
  if (!recording.stacks.some(({ frames }) => frames.some(isAccess))) {
    return { lines: [], outside: 0 };
  }
  const calls = new CalledFunctions();
  const pieces = new Map<string, AccessSites>();
  const texts = new AccessTexts(recording.sources);
  const unknown: {
    outer: readonly Frame[];
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
    calls.learn(frames, weight);
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
    const found = caller?.file !== undefined && isApp(caller) && caller.position !== undefined
      ? texts.at(caller.file, caller.position)
      : undefined;
    if (found !== undefined && isSameAccess(found, access)) {
      const fn = placeOf(caller as SourceFrame);
      lines.add({ fn, ...caller!.position!, weight, samples });
      if (found.isCall) calling.add(lineKey(fn, caller!.position!.line));
      const owner = frames.slice(0, at).findLast((frame) => isApp(frame) && !frame.isInlined);
      if (owner !== undefined) piecesOf(owner).confirm(caller as SourceFrame, found, weight);
    } else unknown.push({ outer: frames.slice(0, at), access, weight, samples });
  }
  let outside = 0;
  for (const { outer, access, weight, samples } of unknown) {
    const fn = calls.calleeOf(outer);
    if (fn === undefined) continue;
    if (!outer.some(isApp)) outside += weight;
    const sites = pieces.get(functionKey(fn))?.sites(access) ?? [];
    if (sites.length === 0) lines.add({ fn, weight, samples });
    for (const { fn, line, column, access, share, others } of sites) {
      lines.add({ fn, line, column, weight: weight * share, samples: samples * share });
      othersOf.set(lineKey(fn, line), others);
      if (access.isCall) calling.add(lineKey(fn, line));
    }
  }
  return {
    lines: lines.all().map((line) => ({
      ...line,
      others: othersOf.get(lineKey(line.fn, line.line)) ?? new Set(),
      isCall: calling.has(lineKey(line.fn, line.line)),
    })),
    outside,
  };
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
