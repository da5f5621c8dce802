/* Recordings of perf's with anything in them: they are read, or perf script is asked. */
import { ok } from "node:assert/strict";

import { readPerfData } from "../../lib/recording/perf_data/read_perf_data.ts";
import { recordingTotal } from "../../lib/recording/recording.ts";
import { fc, fuzz } from "../support/fuzz.ts";
import {
  Bit,
  fakePerf,
  KERNEL,
  openBytes,
  PerfDataWriter,
  USER,
  USUAL,
} from "../support/perf_data_file.ts";

const CODE = 0x7f0000000000;

const small = fc.nat(4);
const time = fc.oneof(fc.nat(20), fc.constantFrom(2n ** 64n - 1n, 2n ** 53n).map(Number));
const address = fc.oneof(
  small.map((number) => BigInt(CODE + 64 * number)),
  fc.constantFrom(USER, KERNEL, 0n, 2n ** 64n - 1n, 2n ** 63n, 0xffffffff80000001n, 2n ** 32n),
);

/** Does one thing to a recording. */
type Step = (writer: PerfDataWriter) => void;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    pid: small,
    tid: small,
    time: fc.nat(20),
    chain: fc.array(address, { maxLength: 6 }),
    event: fc.nat(1),
    misc: fc.nat(7),
  }).map((fields): Step => (writer) => writer.sample(fields)),
  fc.tuple(small, small, fc.string({ unit: "binary", maxLength: 15 }), fc.nat(20), fc.boolean())
    .map(([pid, tid, name, time, isExec]): Step => (writer) =>
      writer.comm(pid, tid, name, { time, isExec })
    ),
  fc.tuple(small, small, fc.constantFrom("//anon", "/bin/a", "[vdso]", ""), fc.nat(20))
    .map(([pid, page, path, time]): Step => (writer) =>
      writer.map(pid, { start: CODE + 64 * page, size: 128, path, time })
    ),
  fc.tuple(small, small, fc.nat(20)).map(([pid, parent, time]): Step => (writer) =>
    writer.fork(pid, parent, { time })
  ),
  fc.tuple(fc.nat(90), fc.uint8Array({ maxLength: 64 }), fc.option(time, { nil: undefined }))
    .map(([type, content, time]): Step => (writer) => writer.record(type, content, { time })),
);

const recording = fc.tuple(
  fc.array(step, { maxLength: 12 }),
  fc.record({
    events: fc.constantFrom(["cpu-clock"], ["cycles", "x"]),
    sampleType: fc.oneof(
      { weight: 4, arbitrary: fc.constant(USUAL) },
      { weight: 2, arbitrary: fc.constantFrom(USUAL | Bit.RAW | Bit.CPU, USUAL & ~Bit.CALLCHAIN) },
      { weight: 1, arbitrary: fc.nat(0x1ffff) },
    ),
    hasFeatures: fc.boolean(),
  }),
).map(([steps, options]) => {
  const writer = new PerfDataWriter(options);
  for (const step of steps) step(writer);
  return writer.bytes();
});

const change = fc.tuple(
  fc.oneof(fc.nat(120), fc.nat()),
  fc.oneof(fc.constantFrom(0, 1, 8, 0x7f, 0x80, 0xff), fc.nat(255)),
);

const damaged = fc.tuple(recording, fc.array(change, { maxLength: 6 }), fc.nat()).map(
  ([bytes, changes, cut]) => {
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    return cut % 4 === 0 ? bytes.subarray(0, cut % (bytes.length + 1)) : bytes;
  },
);

/** Answers every second question. */
const printOf = fakePerf((address) =>
  address % 2n === 0n ? `js::f${address}:/a.ts:1 (/tmp/perf-1.map)` : undefined
);

// deno-lint-ignore require-yield -- it prints nothing
async function* print(): AsyncGenerator<string> {
  await Promise.resolve();
}

async function read(content: Uint8Array): Promise<void> {
  const resolver = {
    framesAt: (pid: number, _address: number, time: number) =>
      pid === 1
        ? undefined
        : { frames: undefined, from: time - 3, to: time + 1, yieldsToMap: true },
  };
  for (const options of [{}, { resolver }]) {
    for (
      const recording of await readPerfData(openBytes(content), {
        perf: { print, printOf },
        ...options,
      })
    ) {
      const { samples, stacks, threads } = recording;
      ok(recordingTotal(recording).samples === samples.length);
      ok(samples.stack.every((index) => index < stacks.length));
      ok(samples.thread.every((index) => index < threads.length));
      for (const { frames } of stacks) ok(frames.every(({ module }) => module !== undefined));
    }
  }
}

fuzz("readPerfData() takes any recording, whole or damaged", fc.oneof(recording, damaged), read);
