/**
 * Sends one known profile to an engine, to check from outside that it arrives whole:
 *
 *     deno run -A scripts/push_known_profile.ts pyroscope+http://HOST:4040
 *
 * The address is one of `run --push`; headers come from the environment as there. The engine then has
 * the service `xperf-known` with a profile of the last minute: 1.00 s of processor time, of which
 * foo has 0.60 s below bar below baz, bar 0.30 s and baz 0.10 s, on the lines 3, 7 and 11 of
 * /known/app.ts. At 100 samples a second these are 60, 30 and 10 samples.
 */
import process from "node:process";

import { openPusher } from "../lib/push/pusher.ts";
import { pushHeaders } from "../lib/push/push_headers.ts";
import { parsePushTarget } from "../lib/push/push_target.ts";
import { type Frame, functionFrame } from "../lib/recording/frame.ts";
import { FrameTable } from "../lib/recording/frame_table.ts";
import type { Recording } from "../lib/recording/recording.ts";
import { SampleTableBuilder } from "../lib/recording/sample_table.ts";
import { StackTable } from "../lib/recording/stack_table.ts";

/** Samples of each stack, by its innermost function. */
const SAMPLES = { baz: 10, bar: 30, foo: 60 } as const;

/** The line at which each function begins, and the one that runs. */
const LINES = { baz: [10, 11], bar: [6, 7], foo: [2, 3] } as const;

const FREQUENCY = 100;

/** The known profile. */
export function knownRecording(now = Date.now()): Recording {
  const [frames, stacks, samples] = [new FrameTable(), new StackTable(), new SampleTableBuilder()];
  const weight = 1e9 / FREQUENCY;
  const path: Frame[] = [];
  for (const name of ["baz", "bar", "foo"] as const) {
    const [line, executed] = LINES[name];
    const label = { name, file: "/known/app.ts", line };
    path.push(frames.same(functionFrame(label, { position: { line: executed, column: 3 } })));
    for (let i = 0; i < SAMPLES[name]; i++) {
      const stack = stacks.add("main", path, { weight });
      samples.add({ time: samples.length * weight, thread: 0, stack, weight });
    }
  }
  return {
    sampler: "perf",
    samplerVersion: "known profile",
    command: ["known"],
    event: "cpu-clock",
    unit: "nanoseconds",
    frequency: FREQUENCY,
    start: now - 15_000,
    duration: 15_000,
    lostSamples: 0,
    clock: "mono",
    threads: [{ pid: 1, tid: 1, name: "main" }],
    samples: samples.end(),
    stacks: stacks.stacks(),
  };
}

async function main([address]: readonly string[]): Promise<number> {
  if (address === undefined) {
    console.error("Usage: push_known_profile.ts otlp|pyroscope|parca+http://HOST:PORT");
    return 2;
  }
  const read = (name: string) => process.env[name];
  const target = parsePushTarget(address, read);
  const pusher = await openPusher({
    target,
    headers: pushHeaders(target.protocol, { read }),
    resource: { service: "xperf-known", attributes: new Map([["service.version", "1"]]) },
    onProblem: (message) => console.error(message),
  });
  const recording = knownRecording();
  pusher.push({ recording, start: recording.start!, duration: recording.duration });
  await pusher.flush(10_000);
  if (pusher.lost > 0) return 1;
  console.log(`sent to ${target.name}: xperf-known, 100 samples, foo 60, bar 30, baz 10`);
  return 0;
}

if (import.meta.main) process.exit(await main(process.argv.slice(2)));
