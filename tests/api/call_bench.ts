/*
 * Measures the cost of instrumenting. Each function of a benchmark makes a thousand calls, because
 * one is too short to be timed: read microseconds as nanoseconds per call.
 */
import { activateStackTrampoline, deactivateStackTrampoline, trampoline, withPerf } from "@x/perf";

import { activation, publishActivation } from "../../lib/activation/activation.ts";
import { RUNTIME_EXPRESSION } from "../../lib/activation/instrumented_code.ts";
import { APPLY, type EngineName } from "../../lib/engines/engine.ts";
import { transform } from "../../lib/instrument/rewrite/transform.ts";

const CALLS = 1000;

let sum = 0;
let made = 0;

publishActivation();
// Instrumented modules are loaded after this decision (lib/instrument/start.ts).
activation.decide();

type Add = (a: number, b: number) => number;

/** No two functions have the same text, otherwise V8 would share its feedback between them. */
function bodyText(): string {
  return `/* ${made++} */ return (a * 31 + b) | 0`;
}

/** A new function. */
function makeAdd(): Add {
  return new Function("a", "b", bodyText()) as Add;
}

/** A new function as a module has it that is instrumented. */
function instrumented(): Add {
  const { source, functions } = transform(
    `exports.add = add; function add(a, b) { ${bodyText()} }`,
    {
      url: "file:///bench.ts",
      kind: "commonjs",
      firstId: activation.functionCount,
      runtime: RUNTIME_EXPRESSION,
    },
  );
  const labels = functions.map(({ name, line }) => ({ name, file: "bench.ts", line }));
  activation.defineAll(labels, functions.map(({ args }) => args));
  const exports: { add?: Add } = {};
  new Function("exports", source)(exports);
  return exports.add!;
}

/** A new loop of calls. */
function makeLoop(functions: Add[]): () => void {
  const calls = functions.map((_, i) => `sum = f${i}(sum, i);`).join("");
  const names = functions.map((_, i) => `f${i}`);
  const loop = new Function(
    ...names,
    "calls",
    `/* ${made++} */ let sum = 0; return () => { for (let i = 0; i < calls; i++) { ${calls} } return sum; }`,
  )(...functions, CALLS / functions.length);
  return () => void (sum += loop());
}

function eight<T>(make: () => T): T[] {
  return Array.from({ length: 8 }, make);
}

function wrapped(): Add {
  return withPerf(makeAdd(), { name: "add", file: "bench.ts", line: 1 });
}

/** The engine in use. */
let current: EngineName | undefined;

function use(engine: EngineName | undefined): void {
  if (engine === current) return;
  deactivateStackTrampoline();
  if (engine !== undefined) activateStackTrampoline("perf", { engine });
  current = engine;
}

function bench(
  group: string,
  name: string,
  engine: EngineName | undefined,
  loop: () => void,
): void {
  Deno.bench({
    group,
    name,
    baseline: name.startsWith("plain"),
    fn: () => {
      use(engine);
      loop();
    },
  });
}

/**
 * Code that was active once is slower when inactive. Many functions show that, so they come first.
 */
const GROUPS = [["1000 calls across 8 functions", 8], ["1000 calls of one function", 1]] as const;

for (const [group, many] of GROUPS) {
  const of = (make: () => Add) => makeLoop(many === 1 ? [make()] : eight(make));
  bench(group, "plain call", undefined, of(makeAdd));
  bench(group, "withPerf, inactive", undefined, of(wrapped));
  bench(group, "instrumented, inactive", undefined, of(instrumented));
  bench(group, "withPerf, wasm engine, direct", "wasm", of(wrapped));
  bench(group, "instrumented, wasm engine, shared", "wasm", of(instrumented));
  bench(group, "withPerf, native engine", "native", of(wrapped));
  bench(group, "instrumented, native engine", "native", of(instrumented));
}

/** A method of an object, and the field that it reads. */
interface Adder {
  step: number;
  add: Add;
}

/** A new object with a method of its own, wrapped or not. */
function makeAdder(wrap: (method: Add) => Add): Adder {
  const text = `/* ${made++} */ return { add(a, b) { return (a * 31 + b + this.step) | 0; } }.add`;
  return { step: made, add: wrap(new Function(text)() as Add) };
}

function plainAdder(): Adder {
  return makeAdder((method) => method);
}

function wrappedAdder(): Adder {
  return makeAdder((method) => withPerf(method, { name: "add", file: "bench.ts", line: 1 }));
}

/** A new loop with one call site, through which all callees are called in turn. */
function makeSharedSite(callees: readonly (Add | Adder)[], call: string): () => void {
  const loop = new Function(
    "callees",
    "calls",
    `/* ${made++} */ let sum = 0; return () => { for (let i = 0; i < calls; i++) sum = ${call}(sum, i); return sum; }`,
  )(callees, CALLS);
  return () => void (sum += loop());
}

/** Megamorphic call sites: each call has another callee. */
const SHARED_SITES = [
  ["1000 calls of 8 functions at one call site", "callees[i & 7]", makeAdd, wrapped],
  ["1000 calls of 8 methods at one call site", "callees[i & 7].add", plainAdder, wrappedAdder],
] as const;

for (const [group, call, plain, withWrapper] of SHARED_SITES) {
  const of = (make: () => Add | Adder) => makeSharedSite(eight(make), call);
  bench(group, "plain call", undefined, of(plain));
  bench(group, "withPerf, inactive", undefined, of(withWrapper));
  bench(group, "withPerf, wasm engine", "wasm", of(withWrapper));
  bench(group, "withPerf, native engine", "native", of(withWrapper));
}

let next = 0;
Deno.bench({
  group: "registering",
  name: "plain: 100 first calls of plain functions",
  baseline: true,
  fn(context) {
    const fresh = Array.from({ length: 100 }, makeAdd);
    context.start();
    for (const fn of fresh) sum += fn(next++, 1);
    context.end();
  },
});
Deno.bench({
  group: "registering",
  name: "100 first calls while active: trampoline and map line",
  fn(context) {
    const fresh = Array.from({ length: 100 }, wrapped);
    use("wasm");
    context.start();
    for (const fn of fresh) sum += fn(next++, 1);
    context.end();
  },
});
Deno.bench({
  group: "registering",
  name: "100 wrappers made by withPerf, with the caller's position",
  fn() {
    for (let i = 0; i < 100; i++) withPerf(makeAdd);
  },
});

/** The cost of one function. */
interface Taken {
  microseconds: number;
  bytes: number;
}

/** V8's collector, if it is exposed (`--v8-flags=--expose-gc`): then garbage does not count. */
const { gc } = globalThis as { gc?: (options: { type: string; flavor: string }) => void };

/** The process's resident memory, without garbage where the collector is exposed. */
function memory(): number {
  gc?.({ type: "major", flavor: "last-resort" });
  return Deno.memoryUsage().rss;
}

/** Measures the cost of an action for each of `count` functions. */
function taken(count: number, action: () => void): Taken {
  const [before, start] = [memory(), performance.now()];
  action();
  const microseconds = (performance.now() - start) * 1000 / count;
  return { microseconds, bytes: (memory() - before) / count };
}

function print(what: string, { microseconds, bytes }: Taken): void {
  console.log(`${what}: ${microseconds.toFixed(2)} µs and ${bytes.toFixed(0)} bytes each`);
}

/** The number of functions of all modules, and of each module, which registers them at once. */
const [ALL, AT_ONCE] = [100 * 1024, 1024];

/**
 * Measures memory once, over many functions, and prints it. Memory that the process needs only
 * once, such as compiled code of this package, is allocated before. The labels are the program's,
 * so they are made before, too. Of several runs on an idle core the best counts.
 */
function printRegistration(): void {
  const { pieceOf } = activation;
  const body = () => 1;
  use("wasm");
  const batch = (from: number) => ({
    labels: Array.from({ length: AT_ONCE }, (_, i) => ({
      name: `f${from + i}`,
      file: "bench.ts",
      line: from + i + 1,
    })),
    args: Array.from({ length: AT_ONCE }, () => APPLY),
  });
  const define = ({ labels, args }: ReturnType<typeof batch>) => activation.defineAll(labels, args);
  const call = (from: number) => {
    for (let id = from; id < activation.functionCount; id++) sum += pieceOf(id)(body);
  };
  const warm = activation.functionCount;
  define(batch(0));
  call(warm);
  const batches = Array.from({ length: ALL / AT_ONCE }, (_, i) => batch(i * AT_ONCE));
  const first = activation.functionCount;
  print(`${ALL} trampolines, ${AT_ONCE} at once`, taken(ALL, () => batches.forEach(define)));
  print("their first calls", taken(ALL, () => call(first)));
  const labels = batches.flatMap(({ labels }) => labels);
  const frames: { run(body: () => number): number }[] = [];
  print(
    `${ALL} by trampoline(), one by one`,
    taken(ALL, () => {
      for (const { name, file, line } of labels) frames.push(trampoline(name, file, line));
    }),
  );
  print(
    "their first calls",
    taken(ALL, () => {
      for (const frame of frames) sum += frame.run(body);
    }),
  );
  use(undefined);
}

// After the benchmarks: one that is inactive shall not run after others were active.
addEventListener("unload", printRegistration);
