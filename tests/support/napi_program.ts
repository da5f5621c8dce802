/*
 * The program that napi_library_test.ts runs in each runtime with Node-API. It ends with status 0
 * and "ok" if everything holds.
 */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isMainThread, Worker } from "node:worker_threads";

import { functions } from "../../ffi/symbols.ts";
import { APPLY } from "../../lib/engines/engine.ts";
import { brokenFrameChain } from "../../lib/runtime/frame_chain.ts";
import { parseMemoryMaps } from "../../lib/runtime/memory_maps.ts";
import { NativeEngine } from "../../lib/engines/native_engine.ts";
import { loadNativeLibrary } from "../../lib/native/native_library.ts";

const library = loadNativeLibrary();
const regions: { start: bigint; end: bigint }[] = [];
const engine = new NativeEngine({
  padding: 0,
  declare(id, { address, size }) {
    regions[id] = { start: BigInt(address), end: BigInt(address) + BigInt(size) };
  },
  giveUp(error) {
    throw error;
  },
  make: (body) => body(),
  runDeep: (body) => body(),
});
const [FOO, BAR] = [0, 1];
engine.prepare(FOO, [APPLY, 0]);
engine.entries.e1(FOO, () => {}, undefined, []);
engine.entries.e0(BAR, () => {}, undefined);
const [foo, bar] = regions as [typeof regions[0], typeof regions[0]];

const walked = new BigUint64Array(4096);

function walk(): bigint[] {
  return [...walked.subarray(0, library.xp_walk(walked, walked.length))];
}

// Every function is there; tests/ffi/symbols_test.ts compares what each takes and gives.
for (const name of Object.keys(functions)) {
  equal(typeof library[name as keyof typeof functions], "function", name);
}
ok(library.xp_register(0) < 0);
equal(library.xp_ffi_return_address(), 0n);
const clock = library.xp_clock();
ok(clock > 0n && library.xp_clock() >= clock);
equal(library.xp_map_marker(-1), -9);
const range = BigUint64Array.of(0x1000n, 0x2000n);
// A claim is the whole process's.
equal(library.xp_unclaimed(range), isMainThread ? 1 : 0);
library.xp_claim(0x1000n, 0x1000);
equal(library.xp_unclaimed(range), 0);
const copy = new Uint8Array(library.xp_trampoline_size());
library.xp_copy(copy, foo.start, copy.length);
equal(copy.some((byte) => byte !== 0), true);
throws(() => library.xp_walk(3 as never, 3), TypeError);
throws(() => library.xp_register("many" as never), TypeError);

// This, arguments, result and exceptions pass.
const self = {};
const echo = function (this: unknown, ...args: unknown[]) {
  return { self: this, args };
} as () => { self: unknown; args: unknown[] };
deepEqual(engine.entries.e1(FOO, echo, self, [1, "two", undefined]), {
  self,
  args: [1, "two", undefined],
});
deepEqual(engine.entries.e0(BAR, echo, self), { self, args: [] });
for (const value of [new TypeError("a"), "text", undefined, null, 0]) {
  for (const args of [[], [1]]) {
    let thrown: unknown = "nothing";
    const fail = () => {
      throw value;
    };
    try {
      engine.entries.e1(FOO, fail, undefined, args);
    } catch (error) {
      thrown = error;
    }
    equal(thrown, value);
  }
}

// A chain from inside two trampolines to the start of the thread, cold and hot.
const inner = () => walk();
const outer = () => engine.entries.e1(FOO, inner, undefined, []);
for (let i = 0; i < 3000; i++) {
  const addresses = engine.entries.e0(BAR, outer, undefined) as bigint[];
  const positions = [foo, bar].map(({ start, end }) =>
    addresses.findIndex((address) => start < address && address <= end)
  );
  ok(positions[0]! >= 0 && positions[0]! < positions[1]!, `call ${i}: ${positions}`);
  if (i % 1000 === 0) {
    const chain = { addresses, trampoline: bar.start, size: Number(bar.end - bar.start) };
    equal(
      brokenFrameChain(chain, parseMemoryMaps(readFileSync("/proc/self/maps", "utf8"))),
      undefined,
    );
  }
}
equal(walk().some((address) => foo.start <= address && address <= foo.end), false);

// No microtask runs before the caller goes on.
const order: string[] = [];
engine.entries.e0(BAR, () => queueMicrotask(() => order.push("microtask")), undefined);
order.push("caller");
await Promise.resolve();
deepEqual(order, ["caller", "microtask"]);

// Beyond the budget a function still runs, without a trampoline.
function onStack(): number {
  return walk().filter((address) => foo.start < address && address <= foo.end).length;
}
const descend = (levels: number): number =>
  levels === 0 ? onStack() : engine.entries.e1(FOO, descend, undefined, [levels - 1]) as number;
equal(descend(10), 10);
const many = descend(600);
ok(many > 30 && many < 600, `${many} of 600`);

// A Worker has the library too, and trampolines of its own stack.
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  worker.on("error", (error) => {
    throw error;
  });
  worker.on("exit", (code) => console.log(code === 0 ? "ok" : `worker: ${code}`));
}
