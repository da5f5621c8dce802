/*
 * Eight Workers and the main thread that turn trampolines on and off, make functions known, call
 * them and throw, with perf attached. A minute here; `deno task test:long` takes ten.
 */
import { deepEqual, equal, ok } from "node:assert/strict";

import { testNeeding } from "../support/needing.ts";
import { obstacleOfPerf, recordProgram } from "../support/perf.ts";
import { runProgram } from "../support/program.ts";

/** Seconds. */
const DURATION = Deno.env.get("XPERF_LONG") ? 600 : 60;

/** After this many seconds all has been used once. */
const WARM_UP = DURATION / 10;

const WORKERS = 8;

const PROGRAM = `
import * as perf from "@x/perf";

const isMain = Object.hasOwn(Deno, "mainModule");
const [thread, duration] = isMain ? [0, Number(Deno.args[0])] : location.hash.slice(1).split(",").map(Number);
const end = performance.now() + 1000 * duration;
const counts = { thread, calls: 0, thrown: 0, toggles: 0, registered: 0, wrong: 0 };

const add = perf.withPerf(function add(a: number, b: number) { return a + b; });
const fail = perf.withPerf(function fail(error: unknown): never { throw error; });
const deep = perf.withPerf(function deep(n: number): number { return n === 0 ? thread : deep(n - 1); });
const toggle = perf.withPerf(function toggle(value: number) {
  counts.toggles++;
  perf.deactivateStackTrampoline();
  const inner = add(value, 1);
  perf.activateStackTrampoline();
  return inner + add(1, 1);
});
const wait = perf.withPerf(async function wait(value: number) {
  await null;
  if (value % 2 === 0) perf.deactivateStackTrampoline();
  await new Promise((resolve) => setTimeout(resolve, 0));
  perf.activateStackTrampoline();
  return add(value, thread);
});
class Counter {
  #value = 0;
  @perf.withPerf
  next() {
    return ++this.#value;
  }
}

function check(actual: unknown, expected: unknown): void {
  counts.calls++;
  if (actual !== expected) counts.wrong++;
}

function round(i: number): void {
  check(add(i, i), 2 * i);
  check(deep(i % 50), thread);
  check(toggle(i), i + 3);
  const error = new Error(String(i));
  try {
    fail(error);
  } catch (caught) {
    check(caught, error);
    counts.thrown++;
  }
  const counter = new Counter();
  counter.next();
  check(counter.next(), 2);
}

let lastRegistered = -Infinity;
perf.activateStackTrampoline();
const memory: number[] = [];
let [lastMemory, lastCollection] = [-Infinity, performance.now()];
for (let i = 0; performance.now() < end; i++) {
  for (let k = 0; k < 20; k++) round(i);
  check(await wait(i), i + thread);
  // A registered function keeps its memory, so many are registered at first, later only some.
  const isWarm = performance.now() > end - 900 * duration;
  if (performance.now() > lastRegistered + (isWarm ? 1000 : 50)) {
    lastRegistered = performance.now();
    const name = \`label \${thread}/\${counts.registered++}\`;
    check(perf.trampoline(name, "stress.ts", 1).run(() => add(i, 7)), i + 7);
  }
  // V8 collects late, so collect now: garbage must not be taken for a leak.
  if (performance.now() > lastCollection + 3000) {
    (globalThis as unknown as { gc(): void }).gc();
    lastCollection = performance.now();
  }
  if (isMain && performance.now() > lastMemory + 1000) {
    lastMemory = performance.now();
    memory.push(Deno.memoryUsage().rss);
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
}
`;

const MAIN = `
const done: Promise<unknown>[] = [];
if (Object.hasOwn(Deno, "mainModule")) {
  for (let i = 1; i <= ${WORKERS}; i++) {
    const worker = new Worker(\`\${import.meta.url}#\${i},\${Deno.args[0]}\`, { type: "module" });
    done.push(new Promise((resolve) => worker.onmessage = ({ data }) => {
      resolve(data);
      worker.terminate();
    }));
  }
}
`;

const REPORT = `
if (isMain) console.log(JSON.stringify({ memory, threads: [counts, ...await Promise.all(done)] }));
else (self as unknown as Worker).postMessage(counts);
`;

interface Counts {
  thread: number;
  calls: number;
  thrown: number;
  toggles: number;
  registered: number;
  wrong: number;
}

testNeeding(
  obstacleOfPerf(),
  "eight Workers toggle, register and throw under perf, and nothing is lost",
  async () => {
    const { program, samples } = await recordProgram(MAIN + PROGRAM + REPORT, {
      direct: true,
      args: [String(DURATION)],
      flags: ["--allow-all", "--v8-flags=--expose-gc"],
      frequency: 99,
    });
    await using _ = program;
    equal(program.stderr.replaceAll(/^\[ perf record: .*\]\n/gm, ""), "");
    const { memory, threads } = JSON.parse(program.stdout) as {
      memory: number[];
      threads: Counts[];
    };
    console.log(threads.map((counts) => JSON.stringify(counts)).join("\n"));
    equal(threads.length, WORKERS + 1);
    deepEqual(threads.map(({ wrong }) => wrong), threads.map(() => 0));
    for (const { calls, toggles, registered } of threads) {
      ok(calls > 1000 && toggles > 100 && registered > 10);
    }

    // One map has each function of each thread, and no two at one place. (An engine whose code
    // moves names it again.)
    const map = (await program.map())!;
    for (const { thread, registered } of threads) {
      const labels = map.filter(({ name }) => name.startsWith(`js::label ${thread}/`));
      equal(new Set(labels.map(({ name }) => name)).size, registered);
    }
    for (const name of ["add", "fail", "deep", "toggle", "wait", "Counter.next"]) {
      const lines = map.filter((entry) => entry.name.startsWith(`js::${name}:`));
      ok(lines.length >= WORKERS + 1, `${name}: ${lines.length}`);
    }
    const sorted = map.toSorted((a, b) => a.start < b.start ? -1 : 1);
    sorted.forEach(({ start, size }, i) => {
      const next = sorted[i + 1];
      ok(next === undefined || start + size <= next.start);
    });
    ok(samples.some((frames) => frames.some((frame) => frame.startsWith("js::deep"))));

    // Memory is flat, except for that of each new function.
    const megabyte = 1024 * 1024;
    const warm = Math.max(...memory.slice(0, Math.ceil(memory.length * WARM_UP / DURATION)));
    const last = Math.min(...memory.slice(-Math.ceil(memory.length / 10)));
    console.log(
      `memory: ${(warm / megabyte).toFixed(1)} MB, then ${(last / megabyte).toFixed(1)} MB`,
    );
    ok(
      last < 1.15 * warm + 16 * megabyte,
      `${memory.map((bytes) => Math.round(bytes / megabyte))}`,
    );
  },
);

Deno.test("Workers that are terminated in the middle of a call do no harm", async () => {
  await using program = await runProgram(
    `
import { activateStackTrampoline, withPerf } from "@x/perf";
const walk = withPerf(function walk(n: number): number { return n === 0 ? 1 : walk(n - 1) + 1; });
const pause = new Int32Array(new SharedArrayBuffer(4));
const hold = withPerf(function hold() { Atomics.wait(pause, 0, 0, 60_000); });
activateStackTrampoline();
if (Object.hasOwn(Deno, "mainModule")) {
  for (let i = 0; i < 16; i++) {
    const worker = new Worker(import.meta.url, { type: "module" });
    await new Promise((resolve) => worker.onmessage = resolve);
    // It stands in hold(), in a trampoline, or is on its way there.
    if (i % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    worker.terminate();
    if (walk(40) !== 41) throw new Error("a wrong result");
  }
  console.log("all ended");
  Deno.exit();
} else {
  walk(40);
  (self as unknown as Worker).postMessage("ready");
  hold();
}
`,
    { under: ["timeout", "60"] },
  );
  equal(program.stderr, "");
  equal(program.stdout, "all ended\n");
  const map = (await program.map())!;
  ok(map.filter(({ name }) => name.startsWith("js::walk")).length >= 17);
});
