/*
 * Functions that V8 has compiled and that are called often do without trampolines: under real
 * `perf record` each is still there, in every stack, once, under its name.
 */
import { deepEqual, equal, ok } from "node:assert/strict";

import { testNeeding } from "../support/needing.ts";
import { obstacleOfPerf, recordTimes, type TimedSample } from "../support/perf.ts";
import type { Program } from "../support/program.ts";

const preload = new URL("../../lib/instrument/preload.ts", import.meta.url).href;
const options = {
  flags: ["--allow-all", `--preload=${preload}`],
  env: { JS_PERF_SUPPORT: "1", JS_PERF_ENGINE: "wasm" },
};

/**
 * Small functions of all kinds, which V8 would inline into one, and a leaf; the last two cannot reach
 * themselves, and hand over their bodies.
 */
const FUNCTIONS = `
import { activateStackTrampoline, deactivateStackTrampoline } from "@x/perf";
let sum = 0;
function leaf(n: number): number { return (sum * 31 + n) | 0; }
const inner = (n: number): number => { for (let i = 0; i < 200; i++) sum = leaf(i + n); return sum; };
class Middle {
  static other = 1;
  run(n: number): number { return inner(n) + Middle.other; }
}
const middle = new Middle();
function outer(n: number): number { return middle.run(n); }
function defaults(n: number, by = 1): number { return outer(n) + by; }
const [callback] = [(n: number): number => defaults(n)];
function hot(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;) {
    for (let i = 0; i < 100; i++) callback!(i);
  }
}
`;
const SYMBOLS = [
  ["leaf", 3],
  ["inner", 4],
  ["Middle.run", 7],
  ["outer", 10],
  ["defaults", 11],
  ["<anonymous>", 12],
] as const;
const symbolsOf = ({ file }: Program) =>
  SYMBOLS.map(([name, line]) => `js::${name}:${file}:${line}`);

testNeeding(
  obstacleOfPerf(),
  "perf record shows functions by the code that V8 has made of them, nested and once each",
  async () => {
    const { program, samples } = await recordTimes(`${FUNCTIONS}hot(3000);`, options);
    await using _ = program;
    equal(program.code, 0, program.stderr);
    const [leaf, inner, ...outside] = symbolsOf(program);
    const map = (await program.map())!;
    const isOwn = ownCode(map);
    for (const name of [leaf, inner, ...outside]) {
      ok(map.some((entry) => entry.name === name && isOwn(entry.start + 1n)), `no code of ${name}`);
    }
    const inInner = samples.filter(({ frames }) => frames.some(({ name }) => name === inner));
    const end = inInner.at(-1)!.time;
    const phases = {
      "all in all": inInner,
      "in the last second": inInner.filter(({ time }) => time > end - 1),
    };
    for (const [phase, part] of Object.entries(phases)) {
      ok(part.length > 300, `only ${part.length} samples ${phase}`);
      const nested = part.filter(({ frames }) => isWhole(frames, leaf!, [inner!, ...outside]));
      console.log(`${nested.length} of ${part.length} samples ${phase} are whole`);
      ok(nested.length >= 0.95 * part.length, `${nested.length} of ${part.length} ${phase}`);
    }
    const last = phases["in the last second"];
    const byV8 = last.filter(({ frames }) =>
      frames.every(({ name, address }) =>
        !SYMBOLS.some(([own]) => name.startsWith(`js::${own}:`)) || isOwn(address)
      )
    );
    console.log(`${byV8.length} of ${last.length} have no trampoline of these`);
    ok(byV8.length >= 0.95 * last.length, `${byV8.length} of ${last.length}`);
    const inLeaf = last.filter(({ frames }) => frames.some(({ name }) => name === leaf)).length;
    console.log(`${inLeaf} of ${last.length} in the leaf`);
    ok(inLeaf > 0.1 * last.length && inLeaf < 0.9 * last.length);
  },
);

/** Tells code of V8's from trampolines: it is longer, or elsewhere. */
function ownCode(map: readonly { start: bigint; size: bigint }[]): (address: bigint) => boolean {
  const own = map.filter(({ size }) => size > 0x140n);
  return (address) => own.some(({ start, size }) => address > start && address <= start + size);
}

/** Whether a stack has each name once, in this order, and the leaf, if it is there, innermost. */
function isWhole(frames: TimedSample["frames"], leaf: string, names: readonly string[]): boolean {
  const own = frames.map(({ name }) => name).filter((name) =>
    name === leaf || names.includes(name)
  );
  return String(own) === String(names) || String(own) === String([leaf, ...names]);
}

testNeeding(
  obstacleOfPerf(),
  "perf record shows nothing of what runs once trampolines are off, by no code of V8's either",
  async () => {
    const { program, samples } = await recordTimes(
      `${FUNCTIONS}
hot(1000);
deactivateStackTrampoline();
console.log(performance.now());
hot(1000);
activateStackTrampoline("perf", { engine: "wasm" });
hot(1000);
`,
      options,
    );
    await using _ = program;
    equal(program.code, 0, program.stderr);
    const symbols = symbolsOf(program);
    const times = samples.filter(({ frames }) => frames.some(({ name }) => symbols.includes(name)))
      .map(({ time }) => time);
    const gaps = times.slice(1).map((time, i) => ({ after: times[i]!, length: time - times[i]! }))
      .toSorted((a, b) => b.length - a.length);
    console.log("longest gaps", gaps.slice(0, 3));
    const [first, last] = [times[0]!, times.at(-1)!];
    ok(gaps[0]!.length > 0.95 && gaps[1]!.length < 0.1, JSON.stringify(gaps.slice(0, 3)));
    ok(gaps[0]!.after - first > 0.8 && last - gaps[0]!.after > 1.8);
    // Nobody goes without a trampoline any more.
    const isOwn = ownCode((await program.map())!);
    const late = samples.filter(({ time }) => time > gaps[0]!.after + gaps[0]!.length);
    const byV8 = late.filter(({ frames }) =>
      frames.some(({ name, address }) => symbols.includes(name) && isOwn(address))
    );
    deepEqual(byV8.length, 0);
  },
);
