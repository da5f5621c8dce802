import { withPerf } from "@x/perf";
import { deepEqual, equal, ok } from "node:assert/strict";

import { runProgram } from "../support/program.ts";
import { checks } from "../support/with_perf_checks.ts";

for (const [criterion, check] of Object.entries(checks)) {
  Deno.test(`withPerf() ${criterion}`, check);
}

Deno.test("withPerf() does all of this while active too", async () => {
  await using program = await runProgram(
    `
import { activateStackTrampoline, isStackTrampolineActive } from "@x/perf";
import { checks } from "${new URL("../support/with_perf_checks.ts", import.meta.url)}";
activateStackTrampoline();
for (const [criterion, check] of Object.entries(checks)) {
  try {
    for (let i = 0; i < 3; i++) check();
    if (!isStackTrampolineActive()) throw new Error("not active any more");
  } catch (error) {
    console.log(criterion, (error as Error).stack ?? error);
    activateStackTrampoline();
  }
}
`,
  );
  equal(program.stderr, "");
  equal(program.stdout, "");
  equal(program.code, 0);
});

Deno.test("withPerf() lets a function recurse 5000 deep, on and off", async () => {
  for (const value of ["0", "1"]) {
    await using program = await runProgram(
      `
import { withPerf } from "@x/perf";
const sum = withPerf((n: number): number => n === 0 ? 0 : n + sum(n - 1));
class Visitor {
  visit = withPerf((n: number): number => n === 0 ? 0 : 1 + this.method(n - 1));
  @withPerf
  method(n: number): number {
    return n === 0 ? 0 : 1 + this.visit(n - 1);
  }
}
const visitor = new Visitor();
for (let i = 0; i < 2_000; i++) sum(100), visitor.visit(100);
console.log(sum(5_000), visitor.visit(5_000));
`,
      {
        // Interpreted, a plain recursion ends at depth 10 000, one through a wrapper at 4 000. So
        // the functions must be optimised, at a moment that does not depend on another thread.
        flags: ["--allow-all", "--v8-flags=--no-concurrent-recompilation"],
        env: { JS_PERF_SUPPORT: value },
      },
    );
    equal(program.stderr, "");
    equal(program.stdout, "12502500 5000\n");
  }
});

Deno.test("withPerf() gives a hot function its own trampoline", async () => {
  await using program = await runProgram(`
import { activateStackTrampoline, deactivateStackTrampoline, withPerf } from "@x/perf";
const plain = function (this: unknown, a: number, b: number) {
  return [this, a, b, arguments.length];
};
const wrapped = withPerf(plain, { name: "hot", file: "a.ts", line: 1 });
const same = (...args: number[]) =>
  JSON.stringify(plain.apply(undefined, args as [number, number])) === JSON.stringify(wrapped(...args as [number, number]));
for (const engine of ["wasm", "native", "wasm", undefined, "wasm"] as const) {
  deactivateStackTrampoline();
  if (engine !== undefined) activateStackTrampoline("perf", { engine });
  for (let i = 0; i < 20_000; i++) {
    if (!same(i, 1) || !same() || !same(i) || !same(1, 2, 3) || !same(1, 2, 3, 4, 5)) throw new Error(\`\${engine} \${i}\`);
    const object = {};
    if (wrapped.call(object, 1, 2)[0] !== object || !(new (wrapped as any)(1, 2) instanceof Array)) throw new Error("this");
  }
}
const sloppy = new Function("return typeof this");
class Counter {
  count = 0;
  @withPerf
  add(by: number) { return this.count += by; }
}
const counter = new Counter();
const kind = withPerf(sloppy as (this: unknown) => string, { name: "kind", file: "a.ts", line: 2 });
for (let i = 0; i < 20_000; i++) {
  if (counter.add(1) !== i + 1 || kind.call(5) !== "object" || wrapped.call(5, 1, 2)[0] !== 5) throw new Error("this");
}
console.log(wrapped.length);
`);
  equal(program.stderr, "");
  equal(program.stdout, "2\n");
  const entries = (await program.map())!.filter(({ name }) => name === "js::hot:a.ts:1");
  // By the wasm engine at first, its own one, those again where V8 has moved them, and by the
  // native one.
  ok(entries.length >= 3 && entries.length <= 8, `${entries.length} entries`);
  equal(new Set(entries.map(({ start }) => start)).size, entries.length);
});

Deno.test("withPerf() keeps the exact type", () => {
  type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
    : false;
  function same<A, B>(_same: Same<A, B>): void {}

  const generic = <T extends string>(value: T, ...rest: T[]): T[] => [value, ...rest];
  const wrappedGeneric = withPerf(generic);
  same<typeof wrappedGeneric, typeof generic>(true);

  function overloaded(value: string): number;
  function overloaded(value: number): string;
  function overloaded(value: string | number): string | number {
    return value;
  }
  const wrappedOverloaded = withPerf(overloaded);
  same<typeof wrappedOverloaded, typeof overloaded>(true);

  const withProperty = Object.assign((self: Date) => self, { extra: 1 });
  const wrappedWithProperty = withPerf(withProperty, { name: "a" });
  same<typeof wrappedWithProperty, typeof withProperty>(true);

  async function later(this: Date, a?: number): Promise<number> {
    return await Promise.resolve(a ?? this.getTime());
  }
  const wrappedLater = withPerf(later);
  same<typeof wrappedLater, typeof later>(true);

  // @ts-expect-error -- no function
  const notReached = () => withPerf(42);
  // @ts-expect-error -- the argument is a number
  const norThis = () => withPerf((n: number) => n)("text");
  // @ts-expect-error -- an option that there is not
  const norThat = () => withPerf(() => {}, { nmae: "a" });
  deepEqual([notReached, norThis, norThat].length, 3);
});

Deno.test("withPerf() names a function by name and the line of the call in the TypeScript source", async () => {
  await using program = await runProgram(
    `
import { withPerf } from "@x/perf";
interface Gone { fromTheEmittedJavaScript: true }

type AlsoGone = Gone;

const foo = withPerf(function foo(): AlsoGone | void {});
const arrow = withPerf(
  (): void => {},
);
const named = withPerf(() => {}, { name: "Machine.step", file: "https://vm/loop.ts", line: 7 });
const half = withPerf(() => {}, { name: "half" });
const line = withPerf(function line() {}, { line: 99 });
foo(), arrow(), named(), half(), line();
`,
    { env: { JS_PERF_SUPPORT: "1" } },
  );
  equal(program.stderr, "");
  deepEqual(await program.symbols(), [
    "js::foo:program.ts:6",
    "js::<anonymous>:program.ts:7",
    "js::Machine.step:https://vm/loop.ts:7",
    "js::half:program.ts:11",
    "js::line:program.ts:99",
  ]);
});

Deno.test("withPerf() names decorated members by their class", async () => {
  await using program = await runProgram(
    `
import { withPerf } from "@x/perf";
const tag = Symbol("tag");
class Parser {
  @withPerf
  parse() {}
  @withPerf
  get size() { return 1; }
  @withPerf
  set size(_: number) {}
  @withPerf
  static make() { return new this(); }
  @withPerf
  [tag]() {}
  @withPerf
  *[Symbol.iterator]() {}
}
class Derived extends Parser {}
const parser = Derived.make();
parser.parse();
parser.size;
parser.size = 1;
parser[tag]();
[...parser];
`,
    { env: { JS_PERF_SUPPORT: "1" } },
  );
  equal(program.stderr, "");
  const symbols = await program.symbols();
  deepEqual(symbols.map((symbol) => symbol.replace(/:\d+$/, "")), [
    "js::Parser.make:program.ts",
    "js::Parser.parse:program.ts",
    "js::Parser.get size:program.ts",
    "js::Parser.set size:program.ts",
    "js::Parser.[tag]:program.ts",
    "js::Parser.[Symbol.iterator]:program.ts",
  ]);
  // Decorators run where the class stands; compilers do not tell them the member's line.
  for (const symbol of symbols) equal(/:([3-9]|1[0-5])$/.test(symbol), true, symbol);
});

Deno.test("withPerf() does not let a name or file forge a line", async () => {
  await using program = await runProgram(
    `
import { activateStackTrampoline, withPerf } from "@x/perf";
activateStackTrampoline();
const names = ["a\\n1000 20 forged", "b\\r\\n1000 20 forged", "c\\0d", "", " ", "x".repeat(10_000)];
for (const name of names) withPerf(() => {}, { name, file: "f\\n1000 20 forged", line: 1 })();
`,
  );
  equal(program.stderr, "");
  const symbols = await program.symbols();
  deepEqual(symbols.slice(0, 5), [
    "js::a\\n1000 20 forged:f\\n1000 20 forged:1",
    "js::b\\r\\n1000 20 forged:f\\n1000 20 forged:1",
    "js::c\\0d:f\\n1000 20 forged:1",
    "js::<anonymous>:f\\n1000 20 forged:1",
    "js:: :f\\n1000 20 forged:1",
  ]);
  equal(symbols[5], `js::${"x".repeat(4096 - 4)}`);
});

Deno.test("withPerf() registers and runs 100 000 functions", async () => {
  await using program = await runProgram(
    `
import { activateStackTrampoline, withPerf } from "@x/perf";
activateStackTrampoline();
let sum = 0;
for (let i = 0; i < 100_000; i++) {
  const add = withPerf(() => i, { name: \`f\${i}\`, file: "many.ts", line: i + 1 });
  sum += add() + add();
}
console.log(sum);
`,
  );
  equal(program.stderr, "");
  equal(program.stdout, "9999900000\n");
  const map = (await program.map())!;
  equal(map.length, 100_000);
  equal(new Set(map.map(({ start }) => start)).size, 100_000);
  equal(map[99_999]!.name, "js::f99999:many.ts:100000");
});
