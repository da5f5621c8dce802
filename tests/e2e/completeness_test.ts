/*
 * Every function that runs has its line in the map, and an async function and a generator their
 * frame after they were resumed.
 */
import { deepEqual, equal, ok } from "node:assert/strict";

import { testNeeding } from "../support/needing.ts";
import { obstacleOfPerf, parsePerfScript } from "../support/perf.ts";
import { runProgram } from "../support/program.ts";

const preload = new URL("../../lib/preload.ts", import.meta.url).href;
const flags = ["--allow-all", `--preload=${preload}`];
const env = { JS_PERF_SUPPORT: "1" };

/** A program that runs functions of every kind; behind the `// =` of a line are the names on it. */
const KINDS = `interface Point { x: number; y: number }
type Pair = [
  Point,
  Point,
];
enum Color { Red, Green } // = Color

function declaration(): void {} // = declaration
function overloaded(a: string): void;
function overloaded(a: number): void;
function overloaded(_: unknown): void {} // = overloaded
const named = function own() {}; // = own
const expression = function () {}; // = expression
const arrow = () => { void 0; }; // = arrow
const short = (a: number) => a; // = short
const withDefault = (f = () => 1) => f(); // = withDefault.f, withDefault
async function asynchronous() { await null; } // = asynchronous
const asyncArrow = async () => { await null; }; // = asyncArrow
const asyncShort = async () => await null; // = asyncShort
function* generator() { yield 1; } // = generator
async function* asyncGenerator() { yield 1; } // = asyncGenerator
function strict() { "use strict"; return 1; } // = strict
function typed<T extends Pair>( // = typed
  pair: T,
): T {
  return pair;
}
function outer() { // = outer
  function inner() { // = outer.inner
    return () => 1; // = outer.inner.<anonymous>
  }
  if (outer) {
    function inBlock() {} // = outer.inBlock
    inBlock();
  }
  return inner()();
}
const object = {
  method() {}, // = object.method
  get value() { return 1; }, // = object.get value
  set value(_) {}, // = object.set value
  async later() { await null; }, // = object.later
  *steps() { yield 1; }, // = object.steps
  async *stream() { yield 1; }, // = object.stream
  [Symbol.iterator]() { return [][Symbol.iterator](); }, // = object.[Symbol.iterator]
  "quoted-name"() {}, // = object.quoted-name
  42() {}, // = object.42
  property: function () {}, // = object.property
  arrow: () => 1, // = object.arrow
  nested: { deep() {} }, // = object.nested.deep
};
class Base {
  static made = declaration(); // = Base.<static_initializer>
  static arrow = () => 1; // = Base.arrow
  field = short(1); // = Base.<instance_members_initializer>
  handler = () => this.field; // = Base.handler
  static { strict(); }
  constructor(x = 1) { void x; } // = Base.constructor
  method() { return this.#secret(); } // = Base.method
  #secret() { return Base.#hidden(); } // = Base.#secret
  static #hidden() { return 1; } // = Base.#hidden
  static create() { return new this(); } // = Base.create
  get value() { return 1; } // = Base.get value
  set value(_) {} // = Base.set value
  static get shared() { return 1; } // = Base.get shared
  async later() { await null; } // = Base.later
  *steps() { yield 1; } // = Base.steps
  async *stream() { yield 1; } // = Base.stream
}
class Derived extends Base {
  constructor() { super(2); } // = Derived.constructor
  override method() { return super.method(); } // = Derived.method
}
const Expressed = class { method() {} }; // = Expressed.method
const late: Record<string, () => unknown> = {};
late.assigned = function () {}; // = late.assigned
const tag = (strings: TemplateStringsArray) => strings.length; // = tag
const defined = Object.defineProperty({}, "x", { get() { return 1; } }) as { x: number }; // = get
namespace Space { export function inside(): void {} } // = Space, Space.inside
function never() {} // a function that is not called has no line
class Parametric { constructor(private readonly x: number) {} method() { return this.x; } } // = Parametric.constructor, Parametric.method
class NeverMade { constructor() { never(); } method() {} }

declaration(); overloaded(1); named(); expression(); arrow(); short(1); withDefault();
await asynchronous(); await asyncArrow(); await asyncShort();
for (const _ of generator()); for await (const _ of asyncGenerator());
strict(); typed([{ x: 1, y: 1 }, { x: 1, y: 1 }]); outer(); outer();
object.method(); object.value = object.value; await object.later(); [...object.steps()];
for await (const _ of object.stream()); [...object]; object["quoted-name"](); object[42](); object.property(); object.arrow(); object.nested.deep();
const derived = new Derived(); derived.method(); derived.handler(); Base.create(); Base.arrow(); void Base.shared;
derived.value = derived.value; await derived.later(); [...derived.steps()]; for await (const _ of derived.stream());
new Parametric(1).method(); new Expressed().method(); late.assigned(); tag\`a\`; defined.x; Space.inside(); void Color.Red; void Base.made;
[1].map((x) => x); (() => {})(); (function () {})(); // = <anonymous>, <anonymous>, <anonymous>
[1].forEach(function callback() {}); // = callback
`;

/** The symbols that the program asks for. */
function expectedSymbols(): string[] {
  return KINDS.split("\n").flatMap((line, index) => {
    const names = /\/\/ = (.*)$/.exec(line)?.[1]?.split(", ") ?? [];
    return names.map((name) => `js::${name}:program.ts:${index + 1}`);
  });
}

Deno.test("the map has every function that ran, once, with its name and TypeScript line", async () => {
  await using program = await runProgram(KINDS, { flags, env });
  equal(program.code, 0, program.stderr);
  const expected = expectedSymbols();
  ok(expected.length > 50);
  deepEqual((await program.symbols()).sort(), ["js::<module>:program.ts", ...expected].sort());
});

/** Busy after a resumption, in each in turn; `mark` tells the time, as perf has it, in seconds. */
const RESUMED = `
import { readFileSync } from "node:fs";
let sum = 0;
function mark(name: string): void {
  // /proc/uptime goes with the monotonic clock, by steps of 10 ms.
  console.log(name, readFileSync("/proc/uptime", "utf8").split(" ")[0]);
}
async function asynchronous(): Promise<void> {
  await null;
  mark("asynchronous");
  for (const end = performance.now() + 500; performance.now() < end;) sum = (sum * 31 + 1) | 0;
  mark("asynchronous");
  await null;
}
class Steps {
  *generator(): Generator<number> {
    yield 1;
    mark("Steps.generator");
    for (const end = performance.now() + 500; performance.now() < end;) sum = (sum * 31 + 1) | 0;
    mark("Steps.generator");
    yield 2;
  }
  later = async (): Promise<void> => {
    for (let i = 0; i < 2; i++) {
      await new Promise((resolve) => setTimeout(resolve));
      if (i === 1) mark("Steps.later");
      for (const end = performance.now() + 500 * i; performance.now() < end;) sum = (sum * 31 + 1) | 0;
      if (i === 1) mark("Steps.later");
    }
  };
}
async function* stream(): AsyncGenerator<number> {
  yield 1;
  mark("stream");
  for (const end = performance.now() + 500; performance.now() < end;) sum = (sum * 31 + 1) | 0;
  mark("stream");
  yield 2;
}
await asynchronous();
const steps = new Steps();
for (const _ of steps.generator());
await steps.later();
for await (const _ of stream());
`;

/** The innermost `js::` frames of the main thread, each with its time in seconds. */
async function innermostFrames(directory: string): Promise<{ time: number; name?: string }[]> {
  const { stdout } = await new Deno.Command("perf", {
    args: ["script", "--no-inline", "-F", "pid,tid,time,ip,sym", "-i", `${directory}/perf.data`],
  }).output();
  return new TextDecoder().decode(stdout).split(/\n\s*\n/).flatMap((sample) => {
    const [, pid, tid, time] = /^\s*(\d+)\/(\d+)\s+([\d.]+):/.exec(sample) ?? [];
    const name = parsePerfScript(sample)[0]?.find((name) => name.startsWith("js::"));
    return pid !== undefined && pid === tid ? [{ time: Number(time), name }] : [];
  });
}

testNeeding(
  obstacleOfPerf(),
  "perf script shows async functions and generators under their own frame once they are resumed",
  async () => {
    await using program = await runProgram(RESUMED, {
      flags,
      env,
      under: ["perf", "record", "-q", "-F", "999", "-g", "-k", "mono", "-o", "perf.data", "--"],
    });
    equal(program.code, 0, program.stderr);
    const frames = await innermostFrames(program.directory);
    const marks = [...program.stdout.matchAll(/^(\S+) ([\d.]+)$/gm)];
    equal(marks.length, 8);
    for (let i = 0; i < marks.length; i += 2) {
      const [[, name, start], [, , end]] = [marks[i]!, marks[i + 1]!];
      const within = frames.filter(({ time }) =>
        time > Number(start) + 0.02 && time < Number(end) - 0.02
      );
      const own = within.filter((frame) => frame.name?.startsWith(`js::${name}:`));
      ok(within.length > 50, `${within.length} samples in ${name}`);
      ok(own.length >= 0.95 * within.length, `${own.length} of ${within.length} in ${name}`);
    }
  },
);
