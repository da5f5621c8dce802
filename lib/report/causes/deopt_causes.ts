import {
  type FunctionDeopts,
  functionKey,
  type FunctionPlace,
} from "../../recording/code_history.ts";
import { activityOfFrame } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import type { Cause } from "./cause.ts";
import { adviceOnDeopt, isFailure } from "./deopt_reasons.ts";
import { programStacks } from "./program_stacks.ts";

/**
 * The least deoptimisations at a line that are a cause. V8 needs a few to learn the types of a
 * function: of 142 places in TypeScript's compiler, compiling one file, one has 10 and the others
 * have 3 at most.
 */
const LEAST_DEOPTS = 20;

/** The least share of the program's time that a function must have; in slower code, or in all. */
const LEAST_SLOW = 0.01;
const LEAST_SELF = 0.05;

/**
 * Finds the lines at which V8 leaves optimised code again and again. Their weight is the time that
 * the function spent in slower code than TurboFan's, and that V8 needed to deoptimise it and to
 * optimise it again.
 *
 * @param recording What was recorded.
 * @param program The program's time, in the recording's unit.
 */
export function* deoptCauses(
  recording: Recording,
  program: number,
): Generator<Omit<Cause, "share">> {
  const lines = deoptLines(recording.history?.deopts ?? []);
  if (lines.length === 0) return;
  const times = ownerTimes(recording, new Set(lines.map(({ owner }) => functionKey(owner))));
  const counts = new Map<string, number>();
  for (const { owner, count } of lines) {
    const key = functionKey(owner);
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  for (const { owner, at, position, reasons, count } of lines) {
    const key = functionKey(owner);
    const { slow, all } = times.get(key) ?? { slow: 0, all: 0 };
    if (slow < LEAST_SLOW * program && all < LEAST_SELF * program) continue;
    const [reason] = [...reasons].reduce((a, b) => b[1] > a[1] ? b : a);
    const inlined = functionKey(at) === key ? "" : `, inlined into ${owner.name}`;
    yield {
      kind: "deoptimisation",
      fn: at,
      line: position?.line,
      column: position?.column,
      // A function's time is shared among its lines by their deoptimisations.
      weight: slow * count / counts.get(key)!,
      fact: `deoptimised ${count} times: ${reason}${inlined}`,
      advice: adviceOnDeopt(reason),
    };
  }
}

/** Deoptimisations of a function at one line. */
interface DeoptLine {
  /** The function whose code was left. */
  owner: FunctionPlace;
  at: FunctionPlace;
  position: FunctionDeopts["position"];
  reasons: Map<string, number>;
  count: number;
}

function deoptLines(deopts: readonly FunctionDeopts[]): DeoptLine[] {
  const lines = new Map<string, DeoptLine>();
  for (const { name, file, line, at, position, reason, count } of deopts) {
    if (!isFailure(reason)) continue;
    const owner = { name, file, line };
    const key = `${functionKey(owner)}\0${functionKey(at)}\0${position?.line ?? ""}`;
    let known = lines.get(key);
    if (known === undefined) {
      lines.set(key, known = { owner, at, position, reasons: new Map(), count: 0 });
    }
    known.count += count;
    known.reasons.set(reason, (known.reasons.get(reason) ?? 0) + count);
  }
  return [...lines.values()].filter(({ count }) => count >= LEAST_DEOPTS);
}

/** The activities by which V8 changes the code of a function. */
const CHANGES: readonly (string | undefined)[] = ["deoptimise", "optimise"];

/** Time in a function's machine code, in the recording's unit. */
interface OwnerTime {
  /** Time outside of TurboFan's code, and in V8's changes of the code. */
  slow: number;
  all: number;
}

function ownerTimes(
  recording: Recording,
  wanted: ReadonlySet<string>,
): Map<string, OwnerTime> {
  const times = new Map<string, OwnerTime>();
  for (const { frames, index, innermost, weight } of programStacks(recording)) {
    // Of inlined functions, the one that has the machine code is the owner.
    let owner = index;
    while (owner > 0 && frames[owner]!.isInlined) owner--;
    const { name, file, line } = frames[owner]!;
    if (file === undefined) continue;
    const key = functionKey({ name, file, line });
    if (!wanted.has(key)) continue;
    let time = times.get(key);
    if (time === undefined) times.set(key, time = { slow: 0, all: 0 });
    time.all += weight;
    const isSlow = innermost.tier !== undefined && innermost.tier !== "turbofan" ||
      frames.slice(index + 1).some((frame) => CHANGES.includes(activityOfFrame(frame)));
    if (isSlow) time.slow += weight;
  }
  return times;
}
