/*
 * Finds the calls that reach several functions. V8's optimised code jumps straight to the function
 * that a call has always reached, or has it inlined. A call that has reached others too goes through
 * a builtin such as `CallFunction_ReceiverIsAny` (v8/src/compiler/js-typed-lowering.cc,
 * `ReduceJSCall`), and V8 inlines nothing there.
 *
 * These builtins make no stack frame. Where a function has just one such call, it has been added to
 * the stack with that call's place (recording/skipped/).
 */
import { functionKey } from "../../recording/code_history.ts";
import { type Frame, isApp } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import { isUnknownCall } from "../../recording/skipped/unknown_call.ts";
import type { Cause } from "./cause.ts";
import { LineWeights } from "./line_weights.ts";
import { placeOf, type SourceFrame } from "./program_stacks.ts";

/** Finds the lines with calls that reach several functions. */
export function* callCauses(
  recording: Recording,
): Generator<Omit<Cause, "share"> & { samples: number }> {
  const lines = new LineWeights();
  const calls = new Set<Frame>();
  for (const { frames, weight, samples } of recording.stacks) {
    const call = frames.at(-2);
    if (call === undefined || !isUnknownCall(frames.at(-1)!)) continue;
    if (!isApp(call) || call.file === undefined || call.position === undefined) continue;
    calls.add(call);
    lines.add({ fn: placeOf(call as SourceFrame), ...call.position, weight, samples });
  }
  // Most programs have none, and then nothing has to be counted in 100 000 stacks.
  if (calls.size === 0) return;
  const reached = reachedFunctions(recording, calls);
  for (const { fn, line, column, weight, samples } of lines.all()) {
    const number = reached.get(`${functionKey(fn)}\0${line}`)?.size ?? 0;
    // A call that has reached one function only is made by a caller that could not be told.
    if (number < 2) continue;
    yield {
      kind: "megamorphic call",
      ...{ fn, line, column, weight, samples },
      fact:
        `this call reaches ${number} functions or more (megamorphic), so V8 inlines none of them`,
      advice: "Call one function here that decides by the data what to do, or give each kind of " +
        "callee a loop of its own.",
    };
  }
}

/** The functions that calls reach, by the line of the call. */
function reachedFunctions(
  { stacks }: Recording,
  calls: ReadonlySet<Frame>,
): Map<string, Set<string>> {
  const reached = new Map<string, Set<string>>();
  for (const { frames } of stacks) {
    for (const [i, call] of frames.entries()) {
      const callee = frames[i + 1];
      if (!calls.has(call) || callee?.file === undefined || callee.isInlined) continue;
      const key = `${functionKey(placeOf(call as SourceFrame))}\0${call.position!.line}`;
      let functions = reached.get(key);
      if (functions === undefined) reached.set(key, functions = new Set());
      functions.add(functionKey(placeOf(callee as SourceFrame)));
    }
  }
  return reached;
}
