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
import { type Access, AccessTexts } from "./access_text.ts";
import type { Cause } from "./cause.ts";
import { type LineWeight, LineWeights } from "./line_weights.ts";
import { placeOf, type SourceFrame } from "./program_stacks.ts";

const MEGAMORPHIC = /^(Keyed)?(Load|Store|Define\w*|Has)\w*?IC(?:Trampoline)?_Megamorphic/;

/** The share of the time at all accesses of a function that makes one a possible one. */
const POSSIBLE_SHARE = 0.05;

/** The share of a call's samples that must be in one function before it counts as its callee. */
const CLEAR_SHARE = 0.9;

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
  const causes = lines.map(({ others, ...line }) => ({
    kind: "megamorphic access" as const,
    ...line,
    fact: `property access on objects of many shapes (megamorphic)${othersText(others)}`,
    advice:
      "V8 searches a table at each access: create these objects with the same properties in the " +
      "same order, use a Map for names that vary, or handle each kind in a function of its own.",
  }));
  return { causes, outside };
}

/** A line with the other lines that its time can be of. */
interface AccessLine extends LineWeight {
  others: ReadonlySet<number>;
}

function othersText(others: ReadonlySet<number>): string {
  if (others.size === 0) return "";
  const lines = [...others].sort((a, b) => a - b);
  return `, here or on line ${lines.join(" or ")}`;
}

function megamorphicLines(recording: Recording): { lines: AccessLine[]; outside: number } {
  const calls = new Calls();
  const pieces = new Map<string, OwnAccesses>();
  const texts = new AccessTexts(recording.sources);
  const unknown: { outer: readonly Frame[]; access: Access; weight: number; samples: number }[] =
    [];
  const lines = new LineWeights();
  const othersOf = new Map<string, ReadonlySet<number>>();
  const piecesOf = (frame: Frame) => {
    const key = functionKey(frame as SourceFrame);
    let piece = pieces.get(key);
    if (piece === undefined) pieces.set(key, piece = new OwnAccesses());
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
    const at = frames.findLastIndex((frame) => isBuiltin(frame) && MEGAMORPHIC.test(frame.name));
    // A getter that the builtin calls has a time of its own.
    if (at < 0 || frames.slice(at + 1).some(isApp)) continue;
    const access = accessOf(frames[at]!.name);
    const caller = frames[at - 1];
    const found = caller?.file !== undefined && isApp(caller) && caller.position !== undefined
      ? texts.at(caller.file, caller.position)
      : undefined;
    if (found !== undefined && isSame(found, access)) {
      const fn = placeOf(caller as SourceFrame);
      lines.add({ fn, ...caller!.position!, weight, samples });
      const owner = frames.slice(0, at).findLast((frame) => isApp(frame) && !frame.isInlined);
      if (owner !== undefined) piecesOf(owner).confirm(caller as SourceFrame, access, weight);
    } else unknown.push({ outer: frames.slice(0, at), access, weight, samples });
  }
  let outside = 0;
  for (const { outer, access, weight, samples } of unknown) {
    const fn = calls.calleeOf(outer);
    if (fn === undefined) continue;
    if (!outer.some(isApp)) outside += weight;
    const sites = pieces.get(functionKey(fn))?.sites(access) ?? [];
    if (sites.length === 0) lines.add({ fn, weight, samples });
    for (const { fn, line, column, share, others } of sites) {
      lines.add({ fn, line, column, weight: weight * share, samples: samples * share });
      othersOf.set(lineKey(fn, line), others);
    }
  }
  return {
    lines: lines.all().map((line) => ({
      ...line,
      others: othersOf.get(lineKey(line.fn, line.line)) ?? new Set(),
    })),
    outside,
  };
}

function lineKey(fn: FunctionPlace, line: number | undefined): string {
  return `${functionKey(fn)}\0${line ?? ""}`;
}

function accessOf(builtin: string): Access {
  const [, keyed, kind] = MEGAMORPHIC.exec(builtin)!;
  return { isKeyed: keyed !== undefined, isStore: kind === "Store" || kind!.startsWith("Define") };
}

function isSame(one: Access, other: Access): boolean {
  return one.isKeyed === other.isKeyed && one.isStore === other.isStore;
}

/** Remembers the functions that calls have reached. */
class Calls {
  readonly #callees = new Map<Frame, Map<string, { fn: FunctionPlace; weight: number }>>();

  /** Notes the functions that were called from each place in a stack. */
  learn(frames: readonly Frame[], weight: number): void {
    for (let i = 1; i < frames.length; i++) {
      const frame = frames[i]!;
      if (!isApp(frame) || frame.isInlined) continue;
      let callees = this.#callees.get(frames[i - 1]!);
      if (callees === undefined) this.#callees.set(frames[i - 1]!, callees = new Map());
      const key = functionKey(frame as SourceFrame);
      const known = callees.get(key);
      if (known === undefined) callees.set(key, { fn: placeOf(frame as SourceFrame), weight });
      else known.weight += weight;
    }
  }

  /**
   * The function that a builtin without a frame was called from, by the frames outside of it: the
   * one that the same place has called in the other samples. `undefined` where it has called several.
   */
  calleeOf(outer: readonly Frame[]): FunctionPlace | undefined {
    const callees = [...this.#callees.get(outer.at(-1)!)?.values() ?? []];
    const total = callees.reduce((sum, { weight }) => sum + weight, 0);
    return callees.find(({ weight }) => weight >= CLEAR_SHARE * total)?.fn;
  }
}

/** A property access in a function's machine code. */
interface Site {
  fn: FunctionPlace;
  line: number;
  column: number;
  access: Access;
  /** Time at it. */
  own: number;
  /** Time in a megamorphic builtin that it has called for certain. */
  confirmed: number;
}

/** The property accesses that ran in one function's machine code, inlined functions among them. */
class OwnAccesses {
  readonly #sites = new Map<string, Site>();

  add(frame: SourceFrame, access: Access, weight: number): void {
    this.#site(frame, access).own += weight;
  }

  /** Notes that an access has called a megamorphic builtin. */
  confirm(frame: SourceFrame, access: Access, weight: number): void {
    this.#site(frame, access).confirmed += weight;
  }

  /**
   * The accesses that call a megamorphic builtin, each with its share: those that are confirmed, or
   * the one that took most time, with the lines of the others that can have called it.
   */
  sites(access: Access): (Site & { share: number; others: ReadonlySet<number> })[] {
    const fitting = [...this.#sites.values()].filter((site) => isSame(site.access, access));
    const confirmed = fitting.filter((site) => site.confirmed > 0);
    const total = confirmed.reduce((sum, site) => sum + site.confirmed, 0);
    if (total > 0) {
      return confirmed.map((site) => ({
        ...site,
        share: site.confirmed / total,
        others: new Set(),
      }));
    }
    const all = fitting.reduce((sum, { own }) => sum + own, 0);
    const [first, ...rest] = fitting.filter(({ own }) => own >= POSSIBLE_SHARE * all)
      .sort((a, b) => b.own - a.own);
    if (first === undefined) return [];
    const others = new Set(rest.map(({ line }) => line));
    others.delete(first.line);
    return [{ ...first, share: 1, others }];
  }

  #site(frame: SourceFrame, access: Access): Site {
    const fn = placeOf(frame);
    const { line, column } = frame.position!;
    const key = `${functionKey(fn)}\0${line}\0${column}\0${access.isStore}`;
    let site = this.#sites.get(key);
    if (site === undefined) {
      this.#sites.set(key, site = { fn, line, column, access, own: 0, confirmed: 0 });
    }
    return site;
  }
}
