import { deepEqual, equal, ok, throws } from "node:assert/strict";

import type { CodeRegion } from "../lib/backend.ts";
import { NativeEngine } from "../lib/native_engine.ts";
import { loadNativeLibrary } from "../lib/native_library.ts";

const engine = new NativeEngine();

function create(symbol = "a"): { trampoline: number; region: CodeRegion } {
  const regions: CodeRegion[] = [];
  const trampoline = engine.create(symbol, (region) => regions.push(region));
  equal(regions.length, 1);
  return { trampoline, region: regions[0]! };
}

/** The return addresses on the stack, innermost first. */
function walk(): bigint[] {
  const addresses = new BigUint64Array(16_384);
  const count = loadNativeLibrary().xp_walk(new Uint8Array(addresses.buffer), addresses.length);
  return [...addresses.subarray(0, count)];
}

function includes({ address, size }: CodeRegion, return_: bigint): boolean {
  return return_ > BigInt(address) && return_ <= BigInt(address) + BigInt(size);
}

/** Which of the regions are on the stack, innermost first. */
function regionsOnStack(regions: CodeRegion[]): string[] {
  return walk().flatMap((address) =>
    regions.filter((region) => includes(region, address)).map(({ name }) => name)
  );
}

Deno.test("NativeEngine.create() declares one region with the symbol", () => {
  const { region } = create("js::foo:/app.ts:1");
  equal(region.name, "js::foo:/app.ts:1");
  equal(region.size, loadNativeLibrary().xp_trampoline_size());
  ok(region.address > 0n);
});

Deno.test("NativeEngine.create() gives no address twice, over several arenas", () => {
  const regions = Array.from({ length: 5000 }, () => create().region);
  const starts = regions.map(({ address }) => BigInt(address)).sort((a, b) => a < b ? -1 : 1);
  for (const [i, start] of starts.entries()) {
    if (i > 0) ok(start >= starts[i - 1]! + BigInt(regions[0]!.size));
  }
});

Deno.test("NativeEngine.create() maps memory that is never writable and executable at once", async () => {
  const { region } = create();
  const maps = await Deno.readTextFile("/proc/self/maps");
  const mapping = maps.split("\n").find((line) => {
    const [start, end] = line.split(" ")[0]!.split("-").map((part) => BigInt(`0x${part}`));
    return end !== undefined && start! <= BigInt(region.address) && BigInt(region.address) < end;
  });
  // Anonymous: no name follows the inode.
  ok(/^[0-9a-f-]+ r-xp 00000000 00:00 0 *$/.test(mapping!), mapping);
});

Deno.test("NativeEngine.create() passes on what declare() throws", () => {
  const error = new Error("no room");
  throws(() =>
    engine.create("a", () => {
      throw error;
    }), (thrown) => thrown === error);
});

Deno.test("NativeEngine.call() passes this, arguments and result", () => {
  const { trampoline } = create();
  const self = {};
  const result = {};
  const fn = function (this: unknown, ...args: unknown[]) {
    return { self: this, args, result };
  } as () => { self: unknown; args: unknown[]; result: unknown };
  const got = engine.call(trampoline, fn, self, [1, "two", undefined, self]);
  equal(got.self, self);
  deepEqual(got.args, [1, "two", undefined, self]);
  equal(got.result, result);
  equal(engine.call(trampoline, () => undefined, undefined, []), undefined);
});

Deno.test("NativeEngine.call() passes an exception as it is", () => {
  const { trampoline } = create();
  for (const value of [new TypeError("a"), "text", undefined, null, 0]) {
    let thrown: unknown = "nothing";
    try {
      engine.call(
        trampoline,
        () => {
          throw value;
        },
        undefined,
        [],
      );
    } catch (error) {
      thrown = error;
    }
    equal(thrown, value);
  }
  equal(engine.call(trampoline, () => 42, undefined, []), 42);
});

Deno.test("NativeEngine.call() keeps the results of nested calls apart", () => {
  const { trampoline } = create();
  const sum = (n: number): number =>
    n === 0
      ? 0
      : n + engine.call(trampoline, sum as (...args: never[]) => number, undefined, [n - 1]);
  equal(engine.call(trampoline, sum as (...args: never[]) => number, undefined, [100]), 5050);
});

Deno.test("NativeEngine.call() runs no microtask before its caller goes on", async () => {
  const { trampoline } = create();
  const order: string[] = [];
  engine.call(
    trampoline,
    () => {
      queueMicrotask(() => order.push("microtask"));
    },
    undefined,
    [],
  );
  order.push("caller");
  await Promise.resolve();
  deepEqual(order, ["caller", "microtask"]);
});

Deno.test("NativeEngine.call() has its trampolines on the stack, in order, cold and hot", () => {
  const [foo, bar, baz] = [create("foo"), create("bar"), create("baz")];
  const regions = [foo, bar, baz].map(({ region }) => region);
  const inFoo = () => regionsOnStack(regions);
  const inBar = () => engine.call(foo.trampoline, inFoo, undefined, []);
  const inBaz = () => engine.call(bar.trampoline, inBar, undefined, []);
  for (let i = 0; i < 10_000; i++) {
    const names = engine.call(baz.trampoline, inBaz, undefined, []);
    if (names.join() !== "foo,bar,baz") deepEqual(names, ["foo", "bar", "baz"], `call ${i}`);
  }
});

Deno.test("NativeEngine.call() leaves nothing on the stack once it returned or threw", () => {
  const { trampoline, region } = create();
  const depth = walk().length;
  throws(() =>
    engine.call(
      trampoline,
      () => {
        throw new Error();
      },
      undefined,
      [],
    )
  );
  engine.call(trampoline, () => {}, undefined, []);
  deepEqual(regionsOnStack([region]), []);
  equal(walk().length, depth);
});

Deno.test("NativeEngine.call() calls plainly where trampolines would take too much stack", () => {
  const { trampoline, region } = create("deep");
  const descend = (levels: number): number =>
    levels === 0
      ? regionsOnStack([region]).length
      : engine.call(trampoline, () => descend(levels - 1), undefined, []);
  const few = descend(10);
  const many = descend(600);
  equal(few, 10);
  ok(many > 100 && many < 600, `${many} of 600`);
});
