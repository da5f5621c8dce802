import { deepEqual, equal, match, ok } from "node:assert/strict";

import { type Wait, WaitKind } from "../../lib/recording/waits/wait.ts";
import { readWaitLog } from "../../lib/recording/waits/wait_log.ts";
import { Workplace } from "../support/command_process.ts";
import { runRecording, SPAN_RUNTIMES } from "../support/spans.ts";

/** Each function waits in another way. */
const WAITS = `
const sleep = (ms) => new Promise((resolve) => {
  // Timers count from the start of the loop's turn, so they can come early.
  const end = performance.now() + ms;
  const look = () => performance.now() < end ? setTimeout(look, 1) : resolve();
  look();
});
async function leaf(ms) {
  await sleep(ms);
}
async function callee() {
  await leaf(40);
}
async function rejected() {
  try { await sleep(40).then(() => { throw new Error("mine"); }); } catch { return; }
}
async function all() {
  await Promise.all([leaf(40), leaf(80)]);
}
async function* generator() {
  yield 1;
  await sleep(40);
  yield 2;
}
async function iteration() {
  for await (const _ of generator());
}
async function follows() {
  await new Promise((resolve) => resolve(leaf(40)));
}
async function chained() {
  await leaf(40).then((value) => value).catch(() => {});
}
async function timer() {
  await new Promise((resolve) => setTimeout(resolve, 40));
}
async function lock() {
  let release;
  const locked = new Promise((resolve) => release = resolve);
  leaf(40).then(() => release());
  await locked;
}
async function main() {
  for (const body of [callee, rejected, all, iteration, follows, chained, timer, lock]) await body();
}
await main();
never(); async function never() { await new Promise(() => {}); }
`;

/** The waits of a function, by the names of the functions in its chain. */
function waitsOf(waits: readonly Wait[], ...names: string[]): Wait[] {
  return waits.filter(({ stack }) =>
    names.every((name, i) => stack.at(i - names.length)?.[0] === name)
  );
}

function milliseconds(waits: readonly Wait[]): number {
  return waits.reduce((sum, { start, end }) => sum + (end ?? NaN) - start, 0) / 1e6;
}

for (const runtime of SPAN_RUNTIMES) {
  Deno.test(`WaitRecorder knows what functions waited for, and how long, in ${runtime}`, async () => {
    await using place = new Workplace();
    const variable = "JS_PERF_WAITS";
    const { code, stderr, entries } = await runRecording(place, WAITS, { runtime, variable });
    equal(stderr, "");
    equal(code, 0);
    const { waits } = readWaitLog(entries);
    const near = (part: readonly Wait[], wanted: number) => {
      const time = milliseconds(part);
      // A thread that is kept from running before it awaits has less to wait for.
      ok(time > wanted / 2, `${time} of ${wanted}`);
    };
    const kindsOf = (part: readonly Wait[]) => part.map(({ kind }) => kind);
    const [leaf] = waitsOf(waits, "main", "callee", "leaf");
    near([leaf!], 40);
    deepEqual([leaf!.kind, leaf!.count, leaf!.stack.at(-1)![2]], [WaitKind.LEAF, 1, 9]);
    deepEqual(kindsOf(waitsOf(waits, "main", "callee")), [WaitKind.CALLEE]);
    near(waitsOf(waits, "main", "callee"), 40);
    near(waitsOf(waits, "main", "rejected"), 40);
    near(waitsOf(waits, "all", "leaf"), 120);
    near(waitsOf(waits, "main", "all"), 80);
    deepEqual(kindsOf(waitsOf(waits, "main", "all")), [WaitKind.OTHERS]);
    near(waitsOf(waits, "iteration", "generator"), 40);
    const iterated = waitsOf(waits, "main", "iteration").filter((wait) =>
      milliseconds([wait]) > 10
    );
    deepEqual(kindsOf(iterated), [WaitKind.OTHERS]);
    deepEqual(kindsOf(waitsOf(waits, "main", "follows")), [WaitKind.OTHERS]);
    deepEqual(kindsOf(waitsOf(waits, "main", "chained")), [WaitKind.OTHERS]);
    // The runtime itself settles this one, without a function of the program.
    deepEqual(kindsOf(waitsOf(waits, "main", "timer")), [WaitKind.LEAF]);
    // Another function releases the lock, and is not what this one called.
    deepEqual(kindsOf(waitsOf(waits, "main", "lock")), [WaitKind.LEAF]);
    near(waitsOf(waits, "main", "lock"), 40);
    deepEqual(waitsOf(waits, "never").map(({ end }) => end), [undefined]);
  });
}

/** The order of microtasks, results, errors and rejections. */
const ORDER = `
const log = [];
const tick = (name, count) => { let p = Promise.resolve(); for (let i = 0; i < count; i++) p = p.then(() => log.push(name + i)); };
if (globalThis.Deno) addEventListener("unhandledrejection", (event) => { event.preventDefault(); console.log("unhandled", event.reason.message); });
else process.on("unhandledRejection", (error) => console.log("unhandled", error.message));
Error.prepareStackTrace = function prepare(error, sites) { log.push("prepared"); return "stack of " + error.message; };
async function inner(value) { await null; log.push("inner"); return value; }
async function* generator() { yield 1; log.push(yield inner(2)); yield* inner2(); }
async function* inner2() { try { yield 3; } finally { log.push("finally"); await null; } }
async function main() {
  log.push(await inner(7));
  log.push(await 8, await { then(f) { f(9); } });
  for await (const value of generator()) { log.push("value" + value); if (value === 3) break; }
  await Promise.all([inner(1), Promise.reject(new Error("all"))]).catch((error) => log.push(error.message));
  return inner(10);
}
async function lost() { await null; throw new Error("lost"); }
tick("tick", 40);
main().then((value) => log.push("main" + value));
lost();
// Deno tells of a rejection at the end of the loop's turn.
await new Promise((resolve) => setTimeout(resolve, 300));
console.log(log.join());
console.log(new Error("mine").stack, Error.stackTraceLimit, typeof Error.prepareStackTrace);
`;

for (const runtime of SPAN_RUNTIMES) {
  Deno.test(`WaitRecorder changes no order, result, rejection or stack in ${runtime}`, async () => {
    await using place = new Workplace();
    const on = await runRecording(place, ORDER, { runtime, variable: "JS_PERF_WAITS" });
    const off = await runRecording(place, ORDER, { runtime, variable: undefined });
    match(off.stdout, /^unhandled lost\n.*inner.*main10.*\nstack of mine /);
    equal(on.stdout, off.stdout);
    equal(on.stderr, off.stderr);
    ok(readWaitLog(on.entries).waits.length > 10);
    // With spans, the turns of the event loop are followed too.
    const both = await runRecording(place, ORDER, {
      runtime,
      variable: "JS_PERF_WAITS",
      also: "JS_PERF_SPANS",
    });
    equal(both.stdout, off.stdout);
    equal(both.stderr, off.stderr);
    ok(readWaitLog(both.entries).waits.length > 10);
  });
}

Deno.test("WaitRecorder leaves a program alone that has frozen Error", async () => {
  await using place = new Workplace();
  const source =
    `Object.freeze(Error); await new Promise((f) => setTimeout(f, 5)); console.log("end");`;
  const options = { runtime: "deno", variable: "JS_PERF_WAITS" } as const;
  const { code, stdout, stderr, entries } = await runRecording(place, source, options);
  deepEqual([code, stdout, stderr], [0, "end\n", ""]);
  deepEqual(readWaitLog(entries).waits, []);
});
