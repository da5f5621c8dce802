import type { ReceivedPush } from "./push_receiver.ts";

/** All samples that have arrived, as the stack's functions of the program and their count. */
export function pushedStacks(taken: readonly ReceivedPush[]): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (frames: readonly string[], value: number) => {
    const key = frames.filter((frame) => frame.includes("@"))
      .map((frame) => frame.replace(/^js::/, "").replace(/:[^@]*@/, "@").replace(/@.*\//, "@"))
      .join(" ");
    counts.set(key, (counts.get(key) ?? 0) + value);
  };
  for (const { otlp, series } of taken) {
    for (const { samples } of otlp) for (const { frames, value } of samples) add(frames, value);
    for (const { profile } of series) {
      for (const { frames, values } of profile.samples) add(frames, values[0]!);
    }
  }
  return counts;
}

/** The number of samples whose stack has functions in this order, each directly below the next. */
export function samplesOf(taken: readonly ReceivedPush[], names: readonly string[]): number {
  let count = 0;
  for (const [stack, value] of pushedStacks(taken)) {
    const functions = stack.split(" ").map((frame) => frame.replace(/@.*/, ""));
    if (functions.join(" ").includes(names.join(" "))) count += value;
  }
  return count;
}

/**
 * A program that works for so many milliseconds of processor time, or until there is a file `stop`,
 * and ends with status 7.
 */
export const HOT_PUSHED = `
function foo(rounds: number): number {
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) | 0;
  return sum;
}
function bar(rounds: number): number { return foo(rounds); }
function baz(rounds: number): number { return bar(rounds); }
import process from "node:process";
import { existsSync } from "node:fs";
const isOver = () =>
  process.cpuUsage().user > 1000 * Number(Deno.args[0]) || existsSync("stop");
while (!isOver()) baz(1e6);
console.log("mine");
Deno.exit(7);
`;

/** Its functions, the outermost first. */
export const NESTING = ["baz", "bar", "foo"];

/** The variables of a program that is pushed, with a secret. */
export const PUSH_ENV = {
  OTEL_SERVICE_NAME: "shop",
  JS_PERF_PUSH_HEADERS: "authorization=Bearer%20hunter2",
};
