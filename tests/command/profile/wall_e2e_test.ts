import { deepEqual, equal, match, ok } from "node:assert/strict";

import type { Recording } from "../../../lib/recording/recording.ts";
import { realTime } from "../../../lib/report/figures/real_time.ts";
import { sharesOf } from "../../../lib/report/figures/shares.ts";
import { BLOCKERS, BLOCKING, RESULTS } from "../../support/blocking_program.ts";
import { type CommandResult, runCommand, Workplace } from "../../support/command_process.ts";
import { obstacleOfCommand, testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { readRecorded } from "../../support/recorded.ts";

/** The program's output. */
interface Output {
  results: string[];
  took: Record<string, number>;
}

const obstacle = obstacleOfCommand("mkfifo", "--version");

/** A Worker that sleeps and spins, beside a main thread that sleeps in spans and waits for timers. */
const THREADED = `
import { span } from ${JSON.stringify(new URL("../../../mod.ts", import.meta.url).href)};
import { Worker } from "node:worker_threads";
const cell = new Int32Array(new SharedArrayBuffer(4));
function threaded() {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const took = { "threaded.workerSleeps": 0, "threaded.workerSpins": 0 };
  function timed(name, body) {
    const start = performance.now();
    body();
    took["threaded." + name] += performance.now() - start;
  }
  function workerSleeps() { Atomics.wait(cell, 0, 0, 60); }
  function workerSpins() { for (const end = performance.now() + 60; performance.now() < end;); }
  for (let i = 0; i < 10; i++) {
    timed("workerSleeps", workerSleeps);
    timed("workerSpins", workerSpins);
  }
  require("node:worker_threads").parentPort.postMessage(took);
}
const worker = new Worker("(" + threaded + ")()", { eval: true });
const done = new Promise((resolve) => worker.on("message", resolve));
let mainSleeps = 0;
function sleeps() { Atomics.wait(cell, 0, 0, 40); }
for (let i = 0; i < 10; i++) {
  const start = performance.now();
  span("asleep", sleeps);
  mainSleeps += performance.now() - start;
  await span("awaits", () => new Promise((resolve) => setTimeout(resolve, 20)));
}
const took = { ...await done, sleeps: mainSleeps };
await worker.terminate();
console.log(JSON.stringify({ results: [], took }));
`;

async function profile(
  place: Workplace,
  args: readonly string[],
): Promise<CommandResult & { output: Output }> {
  const script = place.write("blocking.mjs", BLOCKING);
  new Deno.Command("mkfifo", { args: [`${place.path}/fifo`] }).outputSync();
  const result = await runCommand(["profile", ...args, script, place.path], { cwd: place.path });
  equal(result.code, 0, result.stderr);
  return { ...result, output: JSON.parse(/^{"results".*$/m.exec(result.stdout)![0]) };
}

/** Real time of functions by name, in milliseconds. */
function totals({ stacks }: Recording): Map<string, number> {
  return new Map(sharesOf({ stacks }).functions.map(({ name, total }) => [name, total / 1e6]));
}

/** Holds the times of functions against those that the program has measured itself. */
function checkTimes(
  recording: Recording,
  { took }: Output,
  { tolerance, names = Object.keys(took) }: { tolerance: number; names?: readonly string[] },
): void {
  const seen = totals(recording);
  for (const name of names) {
    const share = (seen.get(name) ?? 0) / took[name]!;
    ok(Math.abs(share - 1) < tolerance, `${name}: ${share} of ${took[name]} ms`);
  }
}

testNeeding(obstacle, "profile --wall finds what blocks, and how long", async () => {
  await using place = new Workplace();
  const args = ["--wall", "--format", "text,markdown,html,folded"];
  const { output, stdout, stderr } = await profile(place, args);
  match(stderr, /^sampler: builtin \(with --wall /m);
  deepEqual(output.results, RESULTS);
  const recording = await readRecorded(`${place.path}/recording.json`);
  equal(recording.event, "wall-clock");
  checkTimes(recording, output, { tolerance: 0.25 });
  const { blockers } = realTime(recording);
  for (const [name, line, call] of BLOCKERS) {
    const found = blockers.find(({ frame }) => frame.name === name);
    ok(found !== undefined, `${name} is not among ${blockers.map(({ frame }) => frame.name)}`);
    equal(found.frame.position?.line, line, name);
    match(found.call, call, name);
  }
  match(stdout, /^Blocks the event loop, share of /m);
  match(stdout, /^ .* sleeps +blocking\.mjs:16 +futex, \d+ times/m);
  match(stdout, /^Longest turns of the event loop/m);
  const read = (ending: string) => Deno.readTextFileSync(`${place.path}/recording${ending}`);
  match(read(".md"), /## Blocks the event loop\n[^#]*`sleeps`/);
  match(read(".folded"), /;js::sleeps:[^;]*;.*\(blocks the event loop: futex\)/);
  match(read(".folded"), /^\S+;\(event loop idle\) \d+$/m);
  // Threads that only wait are left out.
  equal(/\(idle\)/.test(read(".folded")), false);
  match(read(".html"), /blocks the event loop: sleeps/);
});

testNeeding(
  obstacle ?? obstacleOfPerf(),
  "profile --wall --sampler perf has waits from their beginning to their end",
  async () => {
    await using place = new Workplace();
    const { output } = await profile(place, ["--wall", "--sampler", "perf", "--format", "text"]);
    deepEqual(output.results, RESULTS);
    const recording = await readRecorded(`${place.path}/perf.data`);
    equal(recording.event, "wall-clock");
    // The kernel finds no callers of open() and poll() of the C library.
    checkTimes(recording, output, { tolerance: 0.15, names: ["sleeps", "spins"] });
    const sleeps = realTime(recording).blockers.find(({ frame }) => frame.name === "sleeps")!;
    equal(sleeps.call, "futex");
    ok(sleeps.longest >= 50e6, String(sleeps.longest));
  },
);

testNeeding(
  obstacle ?? obstacleOfPerf(),
  "profile without --wall sees nothing of what waits",
  async () => {
    await using place = new Workplace();
    const { output, stdout } = await profile(place, ["--format", "text"]);
    deepEqual(output.results, RESULTS);
    const seen = totals(await readRecorded(`${place.path}/perf.data`));
    ok((seen.get("sleeps") ?? 0) < 0.1 * output.took["sleeps"]!);
    equal(/event loop/.test(stdout), false);
  },
);

Deno.test("profile --wall --spans finds what blocks Workers, and the spans that block", async () => {
  await using place = new Workplace();
  const script = place.write("threaded.mjs", THREADED);
  const args = ["profile", "--wall", "--spans", "--format", "text", script];
  const { code, stdout, stderr } = await runCommand(args, { cwd: place.path });
  equal(code, 0, stderr);
  const output: Output = JSON.parse(/^{"results".*$/m.exec(stdout)![0]);
  const recording = await readRecorded(`${place.path}/recording.json`);
  checkTimes(recording, output, { tolerance: 0.25 });
  const calls = new Map(realTime(recording).blockers.map(({ frame, call }) => [frame.name, call]));
  deepEqual([calls.get("threaded.workerSleeps"), calls.get("sleeps")], ["futex", "futex"]);
  // The time of a span is that of its samples: one that only awaits has none.
  const spans = new Map(
    [...stdout.matchAll(/^ +(\d+) ms .* 10× .* (\w+)$/gm)].map((
      [, time, name],
    ) => [name, Number(time)]),
  );
  ok(Math.abs(spans.get("asleep")! / output.took["sleeps"]! - 1) < 0.25, stdout);
  ok(spans.get("awaits")! < 0.25 * output.took["sleeps"]!, stdout);
});
