import { deepEqual, equal, match, ok } from "node:assert/strict";

import { Workplace } from "../support/command_process.ts";
import { BUSY, runWithSpans, SPAN_RUNTIMES } from "../support/spans.ts";

/** Each part of a span that keeps the processor busy for 20 ms runs where the runtime resumes it. */
const PARTS = `${BUSY}
import { readFile } from "node:fs";
const parts = {
  "sync": () => busy(20),
  "after await": async () => { await sleep(1); busy(20); },
  "timer": () => { setTimeout(() => busy(20), 1); },
  "immediate": () => { setImmediate(() => busy(20)); },
  "tick": () => { process.nextTick(() => busy(20)); },
  "then": () => Promise.resolve().then(() => busy(20)),
  "callback": () => { readFile("/proc/self/stat", () => busy(20)); },
  "generator": async () => { async function* f() { yield 1; busy(10); yield 2; }
    for await (const _ of f()) busy(5); },
  "thrown": async () => { try { await Promise.reject(new Error("no")); } catch { busy(20); } },
};
for (const [name, body] of Object.entries(parts)) {
  await span(name, body);
  await sleep(60);
}
await Promise.all(["one", "two", "three"].map((name) => span(name, async () => {
  for (let i = 0; i < 4; i++) { await sleep(2); busy(5); }
})));
span("outer", () => { busy(20); span("inner", () => busy(20)); });
busy(30);
`;

for (const runtime of SPAN_RUNTIMES) {
  Deno.test(`SpanRecorder knows the span of each part of a program in ${runtime}`, async () => {
    await using place = new Workplace();
    const { code, stderr, log } = await runWithSpans(place, PARTS, { runtime });
    equal(code, 0, stderr);
    equal(stderr, "");
    const { spans, runs } = log!;
    deepEqual(spans.map(({ name }) => name).slice(0, 3), ["sync", "after await", "timer"]);
    for (const { name, running, end } of spans) {
      // Deno calls no hook before the callbacks of setImmediate.
      if (runtime === "deno" && name === "immediate") continue;
      // A machine that is busy takes longer, never shorter.
      ok(running >= 19.5e6, `${name} ran ${running / 1e6} ms`);
      ok(end !== undefined, name);
    }
    // No two spans run at a time.
    for (let i = 1; i < runs.start.length; i++) ok(runs.start[i]! >= runs.end[i - 1]!);
    const outer = spans.findIndex(({ name }) => name === "outer");
    equal(spans.find(({ name }) => name === "inner")!.parent, outer);
    // Code outside of all spans, as in the last 30 ms, is in no run.
    const total = spans.reduce((sum, { running }) => sum + running, 0);
    const last = runs.end.at(-1)! - runs.start[0]!;
    ok(total < last, `${total} of ${last}`);
  });
}

/** Prints the order of microtasks, results, errors and unhandled rejections. */
const ORDER = `${BUSY}
const log = [];
const tick = (name, count) => { let p = Promise.resolve(); for (let i = 0; i < count; i++) p = p.then(() => log.push(name + i)); };
const settled = [];
globalThis.addEventListener?.("unhandledrejection", (event) => { event.preventDefault(); console.log("unhandled", event.reason.message); });
if (!globalThis.Deno) process.on("unhandledRejection", (error) => console.log("unhandled", error.message));
const run = globalThis.isPlain ? (_name, body) => body() : span;
async function inner() { await null; log.push("inner"); return 7; }
const promise = Promise.resolve(3);
console.log(run("same", () => promise) === promise);
tick("tick", 8);
run("a", async () => { log.push(await inner()); log.push(await promise); await { then(f) { f(); } }; log.push("thenable"); });
run("b", () => promise.then(() => log.push("b")));
run("lost", async () => { await null; throw new Error("lost"); });
try { run("thrown", () => { throw new Error("thrown"); }); } catch (error) { console.log(error.message); }
await run("rejected", () => Promise.reject(new Error("rejected"))).catch((error) => console.log(error.message));
await sleep(20);
console.log(log.join());
console.log(new Error("stack").stack.split("\\n").length, Error.stackTraceLimit);
`;

for (const runtime of SPAN_RUNTIMES) {
  Deno.test(`SpanRecorder changes no order, result or rejection in ${runtime}`, async () => {
    await using place = new Workplace();
    const on = await runWithSpans(place, ORDER, { runtime });
    const off = await runWithSpans(place, ORDER, { runtime, isOn: false });
    const plain = await runWithSpans(place, `globalThis.isPlain = true;${ORDER}`, {
      runtime,
      isOn: false,
    });
    match(plain.stdout, /^true\nthrown\nrejected\nunhandled lost\n.*inner.*thenable/);
    equal(off.stdout, plain.stdout);
    equal(on.stdout, plain.stdout);
    equal(on.stderr, plain.stderr);
    const { spans } = on.log!;
    const names = spans.filter(({ end }) => end !== undefined).map(({ name }) => name);
    deepEqual(names.sort(), ["a", "b", "lost", "rejected", "thrown"]);
  });
}
