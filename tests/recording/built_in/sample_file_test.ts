import { deepEqual, equal, throws } from "node:assert/strict";

import { readSampleFile } from "../../../lib/recording/built_in/sample_file.ts";
import { record } from "../../support/sample_file_records.ts";

const START = record(
  0x31535058,
  2,
  62,
  4711,
  1_000_000,
  5_000_000_000n,
  1_700_000_000_000_000_000n,
  0,
  0,
);
const SAMPLE = record(1, 4712, 3, 6_000_000_000n, -2, 0, 0x7f0b60418010n, 0x1000n);
const THREAD = record(2, 4712, 0, "deno\0\0\0\0\0\0\0\0\0\0\0\0");
const MAPS = record(3, 1n, "7f-80 r-xp 0 0:0 1 /a\n");
const STATUS = record(4, 7n, 900n, 5n, 2n, 1n);

function file(...records: Uint8Array[]): Uint8Array {
  return new Uint8Array(records.flatMap((record) => [...record]));
}

Deno.test("readSampleFile() reads every kind of record", () => {
  deepEqual(readSampleFile(file(START, THREAD, MAPS, SAMPLE, STATUS)), {
    process: 4711,
    machine: 62,
    isOfRealTime: false,
    interval: 1_000_000,
    start: 1_700_000_000_000,
    samples: [{
      thread: 4712,
      weight: 3_000_000,
      time: 6_000_000_000,
      state: { kind: "running" },
      addresses: [0x7f0b60418010, 0x1000],
    }],
    threads: new Map([[4712, "deno"]]),
    maps: ["7f-80 r-xp 0 0:0 1 /a\n"],
    counts: { cpuTime: 900, runs: 5, dropped: 2_000_000, unarmed: 1 },
  });
});

Deno.test("readSampleFile() adds up the last counts of each recording", () => {
  const { counts } = readSampleFile(file(START, STATUS, STATUS, START, STATUS));
  deepEqual(counts, { cpuTime: 1800, runs: 10, dropped: 4_000_000, unarmed: 2 });
});

Deno.test("readSampleFile() ends at a record that is cut off at any byte", () => {
  const whole = file(START, SAMPLE, SAMPLE);
  for (let size = START.length; size < whole.length; size++) {
    const { samples } = readSampleFile(whole.subarray(0, size));
    equal(samples.length, size < START.length + SAMPLE.length ? 0 : 1);
  }
  equal(readSampleFile(file(START, SAMPLE, record(1).fill(0))).samples.length, 1);
});

Deno.test("readSampleFile() skips unknown kinds of records", () => {
  equal(readSampleFile(file(START, record(99, 1n), SAMPLE)).samples.length, 1);
});

Deno.test("readSampleFile() refuses other files and other versions", () => {
  for (const bytes of [file(), file(SAMPLE, START), new TextEncoder().encode("PERFILE2........")]) {
    throws(() => readSampleFile(bytes), /^SyntaxError: it is no file of the built-in sampler/);
  }
  throws(
    () => readSampleFile(record(0x31535058, 1, 62, 1, 1, 1n, 1n)),
    /^SyntaxError: its version is 1, must be 2$/,
  );
});

Deno.test("readSampleFile() gives real time in microseconds, and repeats a thread's last stack", () => {
  const start = record(0x31535058, 2, 62, 4711, 5_000_000, 1n, 1n, 1, 0);
  const waits = record(1, 7, 5000, 9_000_000n, 202, 0, 0x1000n);
  const runs = record(1, 8, 4000, 9_000_000n, -2, 0, 0x2000n);
  const repeat = (thread: number, weight: number) => record(5, thread, weight, 20_000_000n);
  const { samples, isOfRealTime } = readSampleFile(
    file(start, repeat(7, 1), waits, runs, repeat(7, 11_000), repeat(8, 3)),
  );
  equal(isOfRealTime, true);
  deepEqual(samples, [
    ...[{ thread: 7, weight: 5e6, time: 9e6, addresses: [0x1000] }].map((sample) => ({
      ...sample,
      state: { kind: "blocked", call: 202 },
    })),
    { thread: 8, weight: 4e6, time: 9e6, addresses: [0x2000], state: { kind: "running" } },
    {
      thread: 7,
      weight: 11e6,
      time: 20e6,
      addresses: [0x1000],
      state: { kind: "blocked", call: 202 },
    },
    // A thread that was running and has not run since waits for a processor.
    { thread: 8, weight: 3000, time: 20e6, addresses: [0x2000], state: { kind: "runnable" } },
  ]);
});
