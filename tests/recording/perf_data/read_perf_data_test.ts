import { deepEqual, equal, ok, rejects } from "node:assert/strict";

import { type Frame, frameSymbol } from "../../../lib/recording/frame.ts";
import type { CodeResolver } from "../../../lib/recording/code_resolver.ts";
import type { PerfDataFile } from "../../../lib/recording/perf_data/data_file.ts";
import {
  type KnownCode,
  type PerfDataOptions,
  readPerfData,
} from "../../../lib/recording/perf_data/read_perf_data.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import {
  Bit,
  fakePerf,
  KERNEL,
  numbers64,
  PerfDataWriter,
  USER,
  USUAL,
} from "../../support/perf_data_file.ts";

/** Where tests have generated code, 64 bytes a function. */
const CODE = 0x7f0000000000;

/** Symbols of generated code by number, and of everything else. */
function symbolOf(address: bigint): string {
  if (address >= 0xffffffff80000000n) return `k${address & 0xffn} ([kernel.kallsyms])`;
  if (address >= CODE) return `js::f${(Number(address) - CODE) >> 6}:/src/a.ts:1 (/tmp/perf-1.map)`;
  return `n${address >> 4n} (/usr/bin/app)`;
}

/** Has everything looked up by {@linkcode symbolOf}, and nothing printed. */
async function read(
  file: PerfDataFile,
  options: Partial<PerfDataOptions> = {},
): Promise<Recording[]> {
  const print = () => {
    throw new Error("perf script is not to be run");
  };
  return await readPerfData(file, { perf: { print, printOf: fakePerf(symbolOf) }, ...options });
}

/** A process with generated code. */
function deno(options: ConstructorParameters<typeof PerfDataWriter>[0] = {}): PerfDataWriter {
  return new PerfDataWriter(options).comm(1, 1, "deno")
    .map(1, { start: CODE, size: 0x10000, path: "//anon" });
}

/** Has one resolver answer for the code of all recordings. */
function known(
  resolver: CodeResolver,
  commands: KnownCode["commands"] = new Map(),
): PerfDataOptions["findCode"] {
  return () => Promise.resolve({ resolver, commands });
}

const stacksOf = ({ stacks }: Recording) =>
  stacks.map(({ thread, frames, samples, weight }) =>
    `${thread}: ${
      frames.map((frame) => frame.name || `[${frame.module}]`).join(" ")
    } ${samples} ${weight}`
  );

Deno.test("readPerfData() reads samples with their times, threads and stacks", async () => {
  const file = deno({
    commandLine: ["/usr/bin/perf", "record", "-F", "999", "-g", "deno", "run", "/src/my app.ts"],
    clock: 1,
    features: {
      21: numbers64(2_000, 5_000_000),
      29: new Uint8Array([
        ...[1, 0, 0, 0, 1, 0, 0, 0],
        ...numbers64(1_700_000_000_000n * 1_000_000n, 2_000),
      ]),
    },
  })
    .map(1, { start: 0x10000, size: 0x1000, path: "/usr/bin/app" })
    .comm(1, 2, "worker 1", { time: 10 })
    .sample({ pid: 1, time: 3_000, chain: [USER, CODE + 64, CODE + 10, 0x10024] })
    .sample({
      pid: 1,
      tid: 2,
      time: 2_000,
      chain: [KERNEL, 0xffffffff80000001n, USER, CODE],
      period: 7,
    })
    .sample({ pid: 1, time: 5_000, chain: [USER, CODE + 65, CODE + 12, 0x10025] })
    .file();
  const [recording, ...others] = await read(file);
  equal(others.length, 0);
  const { stacks, samples, ...facts } = recording!;
  deepEqual(facts, {
    sampler: "perf",
    samplerVersion: "perf 6.12.95",
    command: ["deno", "run", "/src/my app.ts"],
    event: "cpu-clock",
    unit: "nanoseconds",
    frequency: 999,
    callGraph: { method: "fp" },
    clock: "mono",
    maxFrames: 127,
    lostSamples: 0,
    threads: [{ pid: 1, tid: 1, name: "deno" }, { pid: 1, tid: 2, name: "worker 1" }],
    start: 1_700_000_000_000,
    duration: 4.998,
    sources: new Map(),
  });
  deepEqual(stacksOf({ stacks } as Recording), ["deno: n4098 f0 f1 2 2000", "worker 1: f0 k1 1 7"]);
  deepEqual([...samples.time], [2_000, 3_000, 5_000]);
  deepEqual([...samples.thread], [1, 0, 0]);
  deepEqual([...samples.stack], [1, 0, 0]);
  deepEqual([...samples.weight], [7, 1_000, 1_000]);
  equal(stacks[0]!.frames[1], stacks[1]!.frames[0], "equal frames are one object");
  equal(frameSymbol(stacks[1]!.frames[0]!), "js::f0:/src/a.ts:1");
  equal(stacks[1]!.frames[1]!.kind, "kernel");
});

Deno.test("readPerfData() looks callers up at their calls in files, as perf does in generated code", async () => {
  const [recording] = await read(
    deno().map(1, { start: 0x10000, size: 0x1000, path: "/usr/bin/app" })
      .sample({ pid: 1, time: 1, chain: [USER, 0x10020, 0x10020, CODE + 64, CODE] })
      .sample({ pid: 1, time: 2, chain: [USER, CODE, 0x11000] }).file(),
  );
  deepEqual(stacksOf(recording!), ["deno: f0 f1 n4097 n4098 1 1000", "deno: n4351 f0 1 1000"]);
});

Deno.test("readPerfData() keeps thread names, except for line breaks in reports", async () => {
  const names = ["worker 7", " io", "", "a:b: 12 cycles:", "end ", "12345", "ünï😀", "nl\nname"];
  const writer = deno();
  for (const [i, name] of names.entries()) {
    writer.comm(1, 10 + i, name).sample({ pid: 1, tid: 10 + i, time: 10 + i, chain: [USER, CODE] });
  }
  writer.comm(1, 50, Uint8Array.of(0x61, 0xff)).sample({
    pid: 1,
    tid: 50,
    time: 99,
    chain: [CODE],
  });
  writer.sample({ pid: -1, tid: -1, time: 100, chain: [KERNEL, 0xffffffff80000001n], misc: 1 });
  writer.sample({ pid: 0, tid: 0, time: 101, chain: [KERNEL, 0xffffffff80000001n], misc: 1 });
  const [{ threads, stacks }] = await read(writer.file()) as [Recording];
  deepEqual(threads.map(({ name }) => name), [...names, "a\ufffd", ":-1", "swapper"]);
  equal(stacks.find(({ thread }) => thread.startsWith("nl"))!.thread, "nl name");
});

Deno.test("readPerfData() knows a thread's name at each time, and inherits names", async () => {
  const at = (pid: number, tid: number, time: number) => ({ pid, tid, time, chain: [USER, CODE] });
  const file = deno()
    .sample(at(1, 2, 50))
    .comm(1, 2, "late", { time: 60 })
    .fork(1, 1, { tid: 2, parentTid: 1, time: 40 })
    .sample(at(1, 2, 70))
    .sample(at(1, 1, 70))
    .comm(1, 1, "renamed", { time: 80 })
    .sample(at(1, 1, 90))
    .sample(at(1, 2, 90))
    .file();
  const [{ threads, samples }] = await read(file) as [Recording];
  const seen = [...samples.thread].map((index) => `${threads[index]!.tid} ${threads[index]!.name}`);
  deepEqual(seen, ["2 deno", "2 late", "1 deno", "1 renamed", "2 late"]);
});

Deno.test("readPerfData() returns a recording for each event with samples, in the file's order", async () => {
  for (const sampleType of [USUAL, USUAL & ~Bit.IDENTIFIER | Bit.ID | Bit.ADDR | Bit.CPU]) {
    const file = deno({ events: ["cycles", "dummy:HG", "my event: x"], sampleType })
      .sample({ pid: 1, time: 1, chain: [USER, CODE], event: 2, period: 3 })
      .sample({ pid: 1, time: 2, chain: [USER, CODE], event: 0, period: 5 })
      .sample({ pid: 1, time: 3, chain: [USER, CODE + 64], event: 2, period: 4 })
      .file();
    const recordings = await read(file);
    deepEqual(
      recordings.map((one) => [one.event, one.unit, one.samples.length, ...stacksOf(one)]),
      [
        ["cycles", "events", 1, "deno: f0 1 5"],
        ["my event: x", "events", 2, "deno: f0 1 3", "deno: f1 1 4"],
      ],
    );
  }
});

Deno.test("readPerfData() reads samples without call chains and without periods", async () => {
  const sampleType = Bit.IP | Bit.TID | Bit.TIME;
  const one = (options: object) =>
    read(
      deno({ sampleType, ...options })
        .sample({ pid: 1, time: 1, ip: CODE })
        .sample({ pid: 1, time: 2, ip: 0xffffffff80000001n, misc: 1 }).file(),
    );
  const [counted] = await one({ count: 1_000_000 });
  deepEqual(stacksOf(counted!), ["deno: f0 1 1000000", "deno: k1 1 1000000"]);
  deepEqual([counted!.frequency, counted!.callGraph], [undefined, undefined]);
  const [clock] = await one({ frequency: 1000 });
  deepEqual(stacksOf(clock!), ["deno: f0 1 1000000", "deno: k1 1 1000000"]);
  const [events] = await one({ frequency: 1000, events: ["cycles"] });
  deepEqual(stacksOf(events!), ["deno: f0 1 1", "deno: k1 1 1"]);
});

Deno.test("readPerfData() takes the sample's address where the call chain is empty", async () => {
  const [recording] = await read(
    deno().sample({ pid: 1, time: 1, ip: CODE, chain: [] })
      .sample({ pid: 1, time: 2, ip: CODE, chain: [USER] }).file(),
  );
  deepEqual(stacksOf(recording!), ["deno: f0 2 2000"]);
});

Deno.test("readPerfData() marks a full stack without a thread's start as cut", async () => {
  const chain = [USER, ...new Array(9).fill(CODE + 1)];
  const cut = async (options: Partial<PerfDataOptions>, maxFrames?: number) => {
    const file = deno({ maxFrames }).sample({ pid: 1, time: 1, chain }).file();
    const [{ stacks, maxFrames: most }] = await read(file, options) as [Recording];
    return [stacks[0]!.isCut, most];
  };
  deepEqual(await cut({}), [false, 127]);
  deepEqual(await cut({ maxFrames: 9 }), [true, 9]);
  deepEqual(await cut({ maxFrames: 10 }), [false, 10]);
  deepEqual(await cut({}, 9), [true, 9]);
  const start = fakePerf(() => "start_thread (/lib/libc.so.6)");
  const print = () => start(new Uint8Array());
  deepEqual(await cut({ maxFrames: 9, perf: { print, printOf: start } }), [false, 9]);
});

Deno.test("readPerfData() counts each lost sample once, even if perf has counted it twice", async () => {
  const lost = async (readFormat: number) => {
    const writer = deno({ readFormat }).sample({ pid: 1, time: 1, chain: [USER, CODE] });
    const [recording] = await read(writer.lost(7).lostSamples(5).lostSamples(99, 1 << 15).file());
    return recording!.lostSamples;
  };
  equal(await lost(0), 12);
  equal(await lost(1 << 4), 7);
});

Deno.test("readPerfData() knows the mappings at each time, also after fork and exec", async () => {
  const sample = (pid: number, time: number) => ({ pid, time, chain: [USER, 0x5010] });
  const file = new PerfDataWriter()
    .comm(1, 1, "sh")
    .map(1, { start: 0x5000, size: 0x1000, path: "/bin/sh", time: 10 })
    .sample(sample(1, 5))
    .sample(sample(1, 20))
    .fork(2, 1, { time: 30 })
    .sample(sample(2, 35))
    .comm(2, 2, "node", { time: 40, isExec: true })
    .sample(sample(2, 45))
    .map(2, { start: 0x5000, size: 0x1000, path: "/bin/node", time: 50 })
    .sample(sample(2, 55))
    .map(1, { start: 0x4000, size: 0x2000, path: "/lib/a.so", time: 60 })
    .sample(sample(1, 65))
    .sample(sample(2, 65))
    .file();
  const asked: string[] = [];
  const [recording] = await read(file, {
    perf: {
      print: () => fakePerf(symbolOf)(new Uint8Array()),
      printOf: fakePerf((address, pid) => {
        asked.push(`${pid} ${address.toString(16)}`);
        return `s${asked.length} (m)`;
      }),
    },
  });
  // Where nothing is mapped, perf is not asked.
  deepEqual(asked, ["2 5010", "1 5010", "2 5010", "1 5010"]);
  deepEqual(stacksOf(recording!), [
    "sh: [] 1 1000",
    "sh: s2 1 1000",
    "sh: s1 1 1000",
    "node: [] 1 1000",
    "node: s3 2 2000",
    "sh: s4 1 1000",
  ]);
});

Deno.test("readPerfData() skips records that it does not know, and stops where a file is cut off", async () => {
  const writer = deno().record(68, new Uint8Array()).record(67, new Uint8Array(56))
    .record(5, new Uint8Array(16), { time: 1 })
    .sample({ pid: 1, time: 1, chain: [USER, CODE] })
    .record(4321, new Uint8Array(4000))
    .sample({ pid: 1, time: 2, chain: [USER, CODE] });
  equal((await read(writer.file()))[0]!.samples.length, 2);
  deepEqual(await read(deno().file()), []);
});

Deno.test("readPerfData() reads files that it cannot read directly through perf script", async () => {
  const args: string[][] = [];
  const reasons: string[] = [];
  const printed = async (options: ConstructorParameters<typeof PerfDataWriter>[0]) => {
    const writer = deno(options).sample({ pid: 1, time: 1, chain: [USER, CODE] });
    const [recording] = await read(writer.file(), {
      onIndirect: (reason) => reasons.push(reason),
      perf: {
        printOf: fakePerf(symbolOf),
        print: async function* (words) {
          args.push([...words]);
          await Promise.resolve();
          yield "deno 1/1 1.5: 3 cycles:\n\t 55d0 f (/lib/a.so)\n\n";
        },
      },
    });
    return recording!.stacks[0]!.frames[0]!.name;
  };
  equal(await printed({ sampleType: USUAL | Bit.STACK_USER | Bit.REGS_USER }), "f");
  equal(await printed({ sampleType: USUAL & ~(Bit.TIME | Bit.PERIOD) }), "f");
  ok(args[0]!.includes("comm,pid,tid,time,period,event,ip,sym,dso"));
  ok(args[1]!.includes("comm,pid,tid,event,ip,sym,dso"));
  deepEqual(reasons, [
    "stacks are to be unwound",
    "its samples have no address, thread or time",
  ]);
});

/** A resolver that answers from a function, and notes the questions. */
function resolverOf(
  framesAt: CodeResolver["framesAt"],
): CodeResolver & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    framesAt(pid, address, time, isCaller) {
      asked.push(`${pid} ${address.toString(16)} ${time} ${isCaller}`);
      return framesAt(pid, address, time, isCaller);
    },
  };
}

const FOO: Frame = { name: "foo", kind: "typescript", file: "/b.ts", line: 3, module: "" };
const INLINED: Frame = { ...FOO, name: "inlined", isInlined: true };

Deno.test("readPerfData() asks the resolver for code of generated memory and of the runtime", async () => {
  const file = deno({ commandLine: ["perf", "record", "--", "/opt/my-runtime", "a.ts"] })
    .map(1, { start: 0x10000, size: 0x1000, path: "/opt/my-runtime" })
    .map(1, { start: 0x20000, size: 0x1000, path: "/lib/libc.so.6" })
    .sample({ pid: 1, time: 100, chain: [USER, CODE, 0x10010, 0x20010] })
    .sample({ pid: 1, time: 120, chain: [USER, CODE, 0x10010, 0x20010] })
    .sample({ pid: 1, time: 210, chain: [USER, CODE, 0x10010, 0x20010] })
    .file();
  const resolver = resolverOf((_pid, address, time) => {
    if (address === 0x10010) return { frames: undefined, from: 0, to: Infinity };
    return time < 200
      ? { frames: [FOO, INLINED], from: 0, to: 200 }
      : { frames: [{ ...FOO, name: "later" }], from: 200, to: Infinity };
  });
  const [recording] = await read(file, { findCode: known(resolver) });
  deepEqual(resolver.asked, [
    "1 10010 100 true",
    "1 7f0000000000 100 false",
    "1 7f0000000000 210 false",
  ]);
  deepEqual(stacksOf(recording!), [
    "deno: n8192 n4096 foo inlined 2 2000",
    "deno: n8192 n4096 later 1 1000",
  ]);
  equal(recording!.stacks[0]!.frames[3]!.isInlined, true);
});

Deno.test("readPerfData() asks again for generated code that the resolver did not know, and perf for its name", async () => {
  const resolver = resolverOf((_pid, _address, time) =>
    time < 105 ? undefined : { frames: [FOO], from: 105, to: Infinity }
  );
  const writer = deno();
  for (const time of [100, 101, 110, 111]) writer.sample({ pid: 1, time, chain: [USER, CODE] });
  const [recording] = await read(writer.file(), { findCode: known(resolver) });
  deepEqual(stacksOf(recording!), ["deno: f0 2 2000", "deno: foo 2 2000"]);
  // The second pass does not ask again for a location that was known in the first.
  equal(resolver.asked.filter((line) => line.includes(" 110 ")).length, 1);
});

Deno.test("readPerfData() prefers js:: names of the map if the resolver yields", async () => {
  const weak = resolverOf((_pid, address) => ({
    frames: [{
      name: address === CODE ? "wasm-to-js" : "wasm-function[3]",
      kind: "runtime",
      module: "",
    }],
    from: 0,
    to: Infinity,
    yieldsToMap: true,
  }));
  const file = deno().sample({ pid: 1, time: 1, chain: [USER, CODE, CODE + 65] }).file();
  const printOf = fakePerf((address) =>
    address === BigInt(CODE) ? "js::add:/add.wasm:1 (/tmp/perf-1.map)" : "other (/tmp/perf-1.map)"
  );
  const print = () => printOf(new Uint8Array());
  const [recording] = await read(file, { findCode: known(weak), perf: { print, printOf } });
  deepEqual(stacksOf(recording!), ["deno: wasm-function[3] add 1 1000"]);
});

Deno.test("readPerfData() keeps processes apart if several ran JavaScript", async () => {
  const file = deno({ events: ["cycles", "instructions"] })
    .comm(2, 2, "deno")
    .map(2, { start: CODE, size: 0x1000, path: "//anon" })
    .sample({ pid: 1, time: 1, chain: [USER, CODE] })
    .sample({ pid: 2, time: 2, chain: [USER, CODE], event: 1 })
    .comm(3, 3, "sh")
    .sample({ pid: 3, time: 3, chain: [USER, CODE] })
    .file();
  const labels = async (options: Partial<PerfDataOptions>) =>
    (await read(file, options)).map(({ stacks }) => stacks.map(({ thread }) => thread));
  deepEqual(await labels({}), [["deno 1", "sh"], ["deno 2"]]);
  const commands = new Map([[1, ["deno", "run", "/x/server.ts"]]]);
  deepEqual(await labels({ findCode: known({ framesAt: () => undefined }, commands) }), [[
    'deno 1 "server.ts"',
    "sh",
  ], ["deno 2"]]);
});

Deno.test("readPerfData() asks perf for many addresses in few samples", async () => {
  const writer = deno().map(1, { start: 0x100000, size: 0x1000000, path: "/usr/bin/app" });
  for (let i = 0; i < 2500; i++) {
    writer.sample({ pid: 1, time: i, chain: [USER, 0x100000 + 16 * i] });
  }
  let runs = 0;
  const printOf = fakePerf((address) => symbolOf(address));
  const [recording] = await read(writer.file(), {
    perf: {
      print: () => printOf(new Uint8Array()),
      printOf: (bytes) => {
        runs++;
        return printOf(bytes);
      },
    },
  });
  equal(runs, 1);
  equal(recording!.stacks.length, 2500);
  equal(recording!.stacks[2499]!.frames[0]!.name, `n${0x10000 + 2499}`);
});

Deno.test("readPerfData() works without symbols that perf leaves out, and fails if perf fails", async () => {
  const file = deno().sample({ pid: 1, time: 1, chain: [USER, CODE, CODE + 65, CODE + 129] })
    .file();
  const printOf = fakePerf((address) =>
    address === BigInt(CODE + 65) ? undefined : symbolOf(address)
  );
  const print = () => printOf(new Uint8Array());
  const [recording] = await read(file, { perf: { print, printOf } });
  deepEqual(stacksOf(recording!), ["deno: f2 [] f0 1 1000"]);
  const failing = async function* () {
    yield "";
    await Promise.reject(new Error("no perf"));
  };
  await rejects(read(file, { perf: { print, printOf: failing } }), /no perf/);
});

Deno.test("readPerfData() reports its progress", async () => {
  const parts: number[] = [];
  const writer = deno();
  for (let i = 0; i < 70_000; i++) {
    writer.sample({ pid: 1, time: i, chain: [USER, CODE] });
  }
  await read(writer.file(), { progress: (part) => parts.push(part) });
  equal(parts.length, 3);
  ok(parts.every((part, i) => part > (parts[i - 1] ?? 0) && part <= 1), String(parts));
});
