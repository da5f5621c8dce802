/*
 * Prints the names that a walk along the frame pointers finds, innermost first,
 * from inside foo, called by bar, called by baz; first with interpreted callers,
 * then with optimised ones.
 */
import { activateStackTrampoline, withPerf } from "@x/perf";
import { loadNativeLibrary } from "../../lib/native/native_library.ts";

const addresses = new BigUint64Array(200);
let walk = false;
let count = 0;

const foo = withPerf(function foo() {
  if (walk) count = loadNativeLibrary().xp_walk(new Uint8Array(addresses.buffer), 200);
});
const bar = withPerf(function bar() {
  foo();
});
const baz = withPerf(function baz() {
  bar();
});

function namesOnStack(): string[] {
  walk = true;
  baz();
  walk = false;
  const lines = Deno.readTextFileSync(`/tmp/perf-${Deno.pid}.map`).trim().split("\n");
  const entries = lines.map((line) => {
    const [start, size, name] = line.split(" ") as [string, string, string];
    return { start: BigInt(`0x${start}`), end: BigInt(`0x${start}`) + BigInt(`0x${size}`), name };
  });
  return [...addresses.subarray(0, count)].flatMap((address) =>
    entries.find(({ start, end }) => start <= address && address < end)?.name ?? []
  );
}

activateStackTrampoline();
const cold = namesOnStack();
for (let i = 0; i < 20_000; i++) baz();
console.log(JSON.stringify({ arch: Deno.build.arch, pid: Deno.pid, cold, hot: namesOnStack() }));
