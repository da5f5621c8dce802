/*
 * Finds the calls that reach several functions. V8's optimised code jumps straight to the function
 * that a call has always reached, or has it inlined. A call that has reached others too goes through
 * a builtin such as `CallFunction_ReceiverIsAny` (v8/src/compiler/js-typed-lowering.cc,
 * `ReduceJSCall`), and V8 inlines nothing there.
 *
 * These builtins make no stack frame, so the stack lacks the function that called them. Other samples
 * tell it, and the functions that its calls have reached.
 */
import { functionKey, type FunctionPlace } from "../../recording/code_history.ts";
import { type Frame, isApp, isBuiltin } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import { CalledFunctions } from "./called_functions.ts";
import type { Cause } from "./cause.ts";
import { LineWeights } from "./line_weights.ts";
import { placeOf, type SourceFrame } from "./program_stacks.ts";

/** Those that collect feedback, `…_Baseline` and `…_WithFeedback`, are of code that is not optimised. */
const CALL = /^Call(?:Function)?_ReceiverIs(?:Any|NullOrUndefined|NotNullOrUndefined)$/;

/** The share of a function's time that must be in optimised code: other code calls by builtins always. */
const OPTIMISED_SHARE = 0.9;

/**
 * The most of a call's time that one of its functions may take. In the first instructions of a function
 * its frame is not there yet, so the stack lacks the caller, and the caller's caller seems to call it.
 */
const MOST_OF_ONE = 0.6;

/** Finds the lines with calls that reach several functions. */
export function* callCauses(
  recording: Recording,
): Generator<Omit<Cause, "share"> & { samples: number }> {
  const lost = recording.stacks.filter(({ frames }) => isCall(frames.at(-1)));
  // Most programs have none, and then nothing has to be learned of 100 000 stacks.
  if (lost.length === 0) return;
  const calls = new CalledFunctions();
  const callers = new Callers();
  for (const { frames, weight } of recording.stacks) {
    calls.learn(frames, weight);
    callers.learn(frames, weight);
  }
  const lines = new LineWeights();
  const targets = new Map<string, number>();
  for (const { frames, weight, samples } of lost) {
    const outer = frames.slice(0, -1);
    // A builtin such as ArrayMap calls by these, whatever it calls.
    if (outer.length === 0 || isBuiltin(outer.at(-1)!)) continue;
    const caller = calls.calleeOf(outer);
    const site = caller && callers.siteOf(caller);
    if (site === undefined) continue;
    lines.add({ ...site, weight, samples });
    targets.set(`${functionKey(site.fn)}\0${site.line}`, site.reached);
  }
  for (const { fn, line, column, weight, samples } of lines.all()) {
    yield {
      kind: "megamorphic call",
      ...{ fn, line, column, weight, samples },
      fact: `this call reaches ${targets.get(`${functionKey(fn)}\0${line}`)} functions or more ` +
        "(megamorphic), so V8 inlines none of them",
      advice: "Call one function here that decides by the data what to do, or give each kind of " +
        "callee a loop of its own.",
    };
  }
}

function isCall(frame: Frame | undefined): boolean {
  return frame !== undefined && isBuiltin(frame) && CALL.test(frame.name);
}

/** A place in a function's machine code that has called other functions. */
interface CallSite {
  fn: FunctionPlace;
  line: number;
  column: number;
  callees: Map<string, number>;
}

/** The calls of each function's machine code, inlined functions among them. */
class Callers {
  readonly #callers = new Map<
    string,
    { optimised: number; all: number; sites: Map<string, CallSite> }
  >();

  /** Notes the calls in a stack. */
  learn(frames: readonly Frame[], weight: number): void {
    for (let i = 0; i < frames.length; i++) {
      const owner = frames[i]!;
      if (!isApp(owner) || owner.file === undefined || owner.isInlined) continue;
      const caller = this.#caller(functionKey(owner as SourceFrame));
      caller.all += weight;
      if (owner.tier !== "turbofan" && owner.tier !== "maglev") continue;
      caller.optimised += weight;
      let innermost = i;
      while (frames[innermost + 1]?.isInlined) innermost++;
      const [frame, callee] = [frames[innermost]!, frames[innermost + 1]];
      if (callee?.file === undefined || !isApp(callee) || frame.position === undefined) continue;
      const fn = placeOf(frame as SourceFrame);
      const { line, column } = frame.position;
      const key = `${functionKey(fn)}\0${line}\0${column}`;
      let site = caller.sites.get(key);
      if (site === undefined) {
        caller.sites.set(key, site = { fn, line, column, callees: new Map() });
      }
      const target = functionKey(callee as SourceFrame);
      site.callees.set(target, (site.callees.get(target) ?? 0) + weight);
    }
  }

  /**
   * The one call of a function that reaches several functions; `undefined` where there is none or
   * more than one, or the function is not optimised.
   */
  siteOf(fn: FunctionPlace): { reached: number } & Omit<CallSite, "callees"> | undefined {
    const { optimised, all, sites } = this.#caller(functionKey(fn));
    if (optimised < OPTIMISED_SHARE * all) return undefined;
    const [site, ...others] = [...sites.values()].filter(reachesSeveral);
    if (site === undefined || others.length > 0) return undefined;
    const { callees, ...place } = site;
    return { ...place, reached: callees.size };
  }

  #caller(key: string) {
    let caller = this.#callers.get(key);
    if (caller === undefined) {
      this.#callers.set(key, caller = { optimised: 0, all: 0, sites: new Map() });
    }
    return caller;
  }
}

function reachesSeveral({ callees }: CallSite): boolean {
  const weights = [...callees.values()];
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return Math.max(...weights) <= MOST_OF_ONE * all;
}
