/*
 * Trampolines of the wasm engine under real `perf record`: V8 makes them, and moves hot ones. They
 * have their names at any time of a run, and with any ending.
 */
import { deepEqual, equal, ok } from "node:assert/strict";

import { testNeeding } from "../support/needing.ts";
import { obstacleOfPerf, recordTimes, type TimedSample } from "../support/perf.ts";
import type { Program } from "../support/program.ts";

const preload = new URL("../../lib/preload.ts", import.meta.url).href;
const flags = ["--allow-all", `--preload=${preload}`];
const options = { flags, env: { JS_PERF_SUPPORT: "1", JS_PERF_ENGINE: "wasm" } };

const obstacle = obstacleOfPerf();

/** Functions that are called often enough for V8 to move their trampolines. */
const SECONDS = 4;
const OFTEN = `let sum = 0;
function foo(rounds: number) { for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) | 0; }
function bar(rounds: number) { foo(rounds); }
function baz(rounds: number) { bar(rounds); }
const end = performance.now() + ${SECONDS * 1000};
while (performance.now() < end) baz(500);
`;

testNeeding(
  obstacle,
  "perf record shows foo <- bar <- baz at the start, once V8 has moved them, and in the last second",
  async () => {
    const { program, samples } = await recordTimes(OFTEN, options);
    await using _ = program;
    equal(program.code, 0, program.stderr);
    const names = ["foo", "bar", "baz"].map((name, i) => `js::${name}:${program.file}:${2 + i}`);
    const inFoo = samplesOf(samples, names[0]!);
    const [first, last] = [inFoo[0]!.time, inFoo.at(-1)!.time];
    ok(last - first > SECONDS - 1, `foo runs for ${last - first} s only`);
    // Each stands twice in the map: where it was, and where V8 has moved it.
    const map = (await program.map())!;
    for (const name of names) equal(map.filter((entry) => entry.name === name).length, 2, name);
    const moved = map.findLast(({ name }) => name === names[0])!;
    const isMoved = ({ frames }: TimedSample) =>
      frames.some(({ address }) => address > moved.start && address <= moved.start + moved.size);
    const phases: Record<string, TimedSample[]> = {
      "at the start": inFoo.filter(({ time }) => time < first + 0.4),
      "before it is moved": inFoo.filter((sample) => !isMoved(sample)),
      "once it is moved": inFoo.filter(isMoved),
      "in the last second": inFoo.filter(({ time }) => time > last - 1),
    };
    for (const [phase, part] of Object.entries(phases)) {
      ok(part.length > 20, `only ${part.length} samples ${phase}`);
      const percent = nestedPercent(part, names);
      console.log(`${phase}: ${percent.toFixed(1)} % of ${part.length} samples in foo are nested`);
      ok(percent >= 95, `${percent} % ${phase}`);
    }
    checkResolved(samples, program);
  },
);

/** Ways in which a program ends, `seconds` after its start, or after a number of calls. */
const ENDS: readonly [how: string, source: string, code: number | undefined][] = [
  ["killed", 'Deno.kill(Deno.pid, "SIGKILL")', undefined],
  ["ended by Deno.exit()", "Deno.exit(3)", 3],
  ["deactivated", "deactivateStackTrampoline()", 0],
  ["ended by an exception", 'throw new Error("the end")', 1],
];

// V8 moves the trampolines at any time from 35 000 to 135 000 calls on: not long before the end.
for (const calls of [70_000, 110_000, 135_000]) {
  for (const [how, end, code] of ENDS) {
    if (calls === 110_000 || how === "killed") namesAll({ how, end, code, calls });
  }
}

/** The ending of a program. */
interface End {
  how: string;
  end: string;
  code: number | undefined;
  /** After how many calls. */
  calls: number;
}

function namesAll({ how, end, code, calls }: End): void {
  testNeeding(
    obstacle,
    `perf record names all functions that ran in a program that is ${how} after ${calls} calls`,
    async () => {
      const { program, samples } = await recordTimes(
        `
import { deactivateStackTrampoline } from "@x/perf";
let sum = 0;
function foo(rounds: number) { for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) | 0; }
function bar(rounds: number) { foo(rounds); }
for (let calls = 0; calls < ${calls}; calls++) bar(1_500);
${end};
`,
        options,
      );
      await using _ = program;
      if (code !== undefined) equal(program.code, code, program.stderr);
      checkResolved(samples, program);
    },
  );
}

testNeeding(
  obstacle,
  "perf record shows 20 nested calls whole, within the 127 frames that the kernel keeps",
  async () => {
    const functions = Array.from(
      { length: 19 },
      (_, i) => `function f${i}(n: number): number { return f${i + 1}(n); }`,
    );
    const { program, samples } = await recordTimes(
      `
let sum = 0;
${functions.join("\n")}
function f19(n: number) { for (let i = 0; i < n; i++) sum = (sum * 31 + i) | 0; return sum; }
const end = performance.now() + 2000;
while (performance.now() < end) f0(5_000);
`,
      options,
    );
    await using _ = program;
    equal(program.code, 0, program.stderr);
    const names = Array.from({ length: 20 }, (_, i) => `js::f${i}:${program.file}:${i + 2}`);
    const expected = [...names.reverse(), `js::<module>:${program.file}`];
    const inner = samplesOf(samples, expected[0]!);
    ok(inner.length > 300, `only ${inner.length} samples`);
    const whole = inner.filter(({ frames }) =>
      String(frames.map(({ name }) => name).filter((name) => name.startsWith("js::"))) ===
        String(expected)
    );
    const toTheStart = whole.filter(({ frames }) =>
      frames.some(({ name }) => name === "__libc_start_call_main")
    );
    const depths = whole.map(({ frames }) =>
      frames.findIndex(({ name }) => name === expected.at(-1)) + 1
    );
    console.log(
      `${whole.length} of ${inner.length} have all 20 and the module, in the first ` +
        `${Math.min(...depths)} to ${Math.max(...depths)} frames; ` +
        `${toTheStart.length} go on to the program's start`,
    );
    ok(whole.length >= 0.95 * inner.length, `${whole.length} of ${inner.length}`);
    ok(Math.max(...depths) <= 127);
  },
);

function samplesOf(samples: readonly TimedSample[], name: string): TimedSample[] {
  return samples.filter(({ frames }) => frames.some((frame) => frame.name === name));
}

/** The percentage of samples that have all names, in this order. */
function nestedPercent(samples: readonly TimedSample[], names: readonly string[]): number {
  const nested = samples.filter(({ frames }) => {
    const found = frames.map(({ name }) => name).filter((name) => names.includes(name));
    deepEqual(new Set(found).size, found.length);
    return String(found) === String(names);
  });
  return 100 * nested.length / samples.length;
}

/** Checks that all code that runs in the module is a function with a name. */
function checkResolved(samples: readonly TimedSample[], { file }: Program): void {
  const inModule = samplesOf(samples, `js::<module>:${file}`);
  ok(inModule.length > 100, `only ${inModule.length} samples in the module`);
  const inFoo = inModule.filter(({ frames }) => frames.some(({ name }) => /^js::foo:/.test(name)));
  const inBar = inFoo.filter(({ frames }) => frames.some(({ name }) => /^js::ba[rz]:/.test(name)));
  console.log(
    `${inModule.length} samples in the module, ${inFoo.length} in foo, ${inBar.length} of these in bar`,
  );
  ok(inFoo.length >= 0.9 * inModule.length, `${inFoo.length} of ${inModule.length} in foo`);
  ok(inBar.length >= 0.95 * inFoo.length, `${inBar.length} of ${inFoo.length} in bar`);
}
