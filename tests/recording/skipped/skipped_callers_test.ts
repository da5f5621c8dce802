import { deepEqual, equal } from "node:assert/strict";

import type { Recording } from "../../../lib/recording/recording.ts";
import { withSkippedCallers } from "../../../lib/recording/skipped/skipped_callers.ts";
import { timedRecording } from "../../support/timed_recording.ts";

const MAIN = "main@/a.ts:1:3";
const RESUME = "builtin/AsyncFunctionAwaitResolveClosure";
const LOAD = "builtin/LoadIC_Megamorphic";

/** The stacks of all samples in the order of time, each function with the line that runs. */
function samplesOf({ stacks, samples }: Recording): string[] {
  return [...samples.stack].map((stack) =>
    stacks[stack]!.frames.map(({ name, position }) => position ? `${name}:${position.line}` : name)
      .join(" ")
  );
}

function completed(stacks: readonly string[]): string[] {
  return samplesOf(withSkippedCallers(
    timedRecording(stacks.map((stack, i) => ({ stack, time: i }))),
  ));
}

Deno.test("withSkippedCallers() adds the function that a call has always reached", () => {
  const recording = withSkippedCallers(timedRecording([
    { stack: `${MAIN} widths@/a.ts:4:5`, time: 1 },
    { stack: `${MAIN} ${LOAD}`, time: 2, weight: 3e6 },
    { stack: `${MAIN} widths@/a.ts:4:5 inner@/a.ts:8:9`, time: 3 },
  ]));
  deepEqual(samplesOf(recording), [
    "main:3 widths:5",
    "main:3 widths LoadIC_Megamorphic",
    "main:3 widths:5 inner:9",
  ]);
  deepEqual(recording.stacks.map(({ weight }) => weight), [1e6, 3e6, 1e6]);
});

Deno.test("withSkippedCallers() has the samples around tell what a builtin has resumed", () => {
  const [one, other] = ["one@/a.ts:4:5", "other@/a.ts:9:10"];
  deepEqual(
    completed([
      ...[`${RESUME} ${one}`, `${RESUME} ${LOAD}`, `${RESUME} ${LOAD}`, `${RESUME} ${one}`],
      ...[`${RESUME} ${other}`, `${RESUME} ${LOAD}`, `${RESUME} ${other} ${one}`],
    ]).map((stack) => stack.replace("AsyncFunctionAwaitResolveClosure", "resume")),
    [
      ...["resume one:5", "resume one LoadIC_Megamorphic", "resume one LoadIC_Megamorphic"],
      ...["resume one:5", "resume other:10", "resume other LoadIC_Megamorphic"],
      "resume other:10 one:5",
    ],
  );
});

Deno.test("withSkippedCallers() adds the caller of a function in its first instructions", () => {
  const dispatch = "dispatch@/a.ts:4:5";
  const stacks = [`${MAIN} ${dispatch}`, `${MAIN} ${dispatch} leaf@/a.ts:8:8`];
  deepEqual(completed([...stacks, `${MAIN} leaf@/a.ts:8:8`]).at(-1), "main:3 dispatch:5 leaf:8");
  // A function that the call reaches itself, for it has a frame there, is complete.
  deepEqual(
    completed([...stacks, `${MAIN} leaf@/a.ts:8:8`, `${MAIN} leaf@/a.ts:8:8 inner@/a.ts:9:9`])[2],
    "main:3 leaf:8",
  );
});

Deno.test("withSkippedCallers() adds nothing where a stack may be whole", () => {
  const whole = (stacks: readonly string[]) => {
    const recording = timedRecording(stacks.map((stack, i) => ({ stack, time: i })));
    deepEqual(samplesOf(withSkippedCallers(recording)), samplesOf(recording));
  };
  // No other sample tells what the call has reached.
  whole([`${MAIN} ${LOAD}`, "start"]);
  // The builtin has a frame of its own, for it calls a function in another sample.
  const sort = "builtin/ArrayPrototypeSort";
  whole([`${sort} compare@/a.ts:4:5`, `${RESUME} ${sort} compare@/a.ts:4:5`, `${RESUME} ${sort}`]);
  // A library's function has a frame.
  whole([`${MAIN} widths@/a.ts:4:5`, `${MAIN} memmove`]);
});

Deno.test("withSkippedCallers() returns a recording without V8's code as it is", () => {
  const recording = timedRecording([{ stack: "start memmove", time: 1 }]);
  equal(withSkippedCallers(recording), recording);
});
