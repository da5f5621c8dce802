/*
 * Tests of this engine alone: V8 chooses the places of its trampolines, and moves each once.
 * engine_test.ts has the tests of all engines.
 */
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";

import type { CodeExtent } from "../../../lib/base/machine_code.ts";
import { APPLY, ENTRIES, MOST_ARGUMENTS } from "../../../lib/engines/engine.ts";
import { loadNativeLibrary } from "../../../lib/native/native_library.ts";
import { DeclaringEngine, overlap } from "../../support/engines.ts";
import { walk } from "../../support/stack_walk.ts";

const FORMS = [...Array(MOST_ARGUMENTS + 1).keys(), APPLY];

/** The time that V8 may take to move a trampoline, in milliseconds: on a busy machine it waits. */
const PATIENCE = 60_000;

/** Calls a function of one of the forms, with arguments that do not matter. */
function callForm({ engine }: DeclaringEngine, id: number, args: number, fn: () => unknown) {
  return args === APPLY
    ? engine.entries.e1(id, fn, undefined, [])
    : engine.entries[ENTRIES[args]!](id, fn, undefined, ...Array(args).fill(0));
}

/**
 * Finds the return address into each of some trampolines of one form. All are called from one
 * place; the address is on the stack in calls of its trampoline only.
 */
function returnAddresses(host: DeclaringEngine, ids: readonly number[], args: number): bigint[] {
  // V8 may compile this test's functions meanwhile, whose frames then differ too.
  for (let attempt = 0; attempt < 20; attempt++) {
    const walks: bigint[][] = [];
    for (const id of ids) walks.push(callForm(host, id, args, walk) as bigint[]);
    const own = walks.map((addresses, i) => {
      const others = new Set(walks.flatMap((other, k) => k === i ? [] : other));
      return addresses.filter((address) => !others.has(address));
    });
    if (own.every(({ length }) => length === 1)) return own.map(([address]) => address!);
  }
  throw new Error("the calls differ by more than their trampolines");
}

function holds({ address, size }: CodeExtent, returnAddress: bigint): boolean {
  return returnAddress > BigInt(address) && returnAddress <= BigInt(address) + BigInt(size);
}

function read({ address }: CodeExtent, size: number): number[] {
  const bytes = new Uint8Array(size);
  equal(loadNativeLibrary().xp_read(bytes, BigInt(address), size), size);
  return [...bytes];
}

for (const padding of [0, 104]) {
  Deno.test(`WasmEngine finds the same trampolines as a stack walk, with ${padding} bytes of padding`, () => {
    const host = new DeclaringEngine("wasm", { padding });
    for (const args of FORMS) {
      const first = host.prepare(args, args, args);
      const ids = [first, first + 1, first + 2];
      returnAddresses(host, ids, args).forEach((address, i) => {
        const extents = host.extentsOf(ids[i]!);
        equal(extents.length, 1);
        ok(holds(extents[0]!, address), `${address} is not in ${JSON.stringify(extents)}`);
        equal(extents[0]!.byV8, true);
      });
    }
  });

  Deno.test(`WasmEngine finds trampolines again after V8 has moved them, with ${padding} bytes of padding`, async () => {
    const host = new DeclaringEngine("wasm", { padding });
    for (const args of FORMS) {
      const first = host.prepare(args, args, args);
      const ids = [first, first + 1, first + 2];
      const before = returnAddresses(host, ids, args);
      // V8 compiles in another thread.
      const end = performance.now() + PATIENCE;
      for (let round = 0; ids.some((id) => host.extentsOf(id).length < 2); round++) {
        ok(performance.now() < end, `nothing has moved in ${round} rounds`);
        for (const id of ids) for (let i = 0; i < 4096; i++) callForm(host, id, args, nothing);
        if (round % 8 === 7) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      returnAddresses(host, ids, args).forEach((address, i) => {
        notEqual(address, before[i]);
        const extents = host.extentsOf(ids[i]!);
        equal(extents.length, 2);
        ok(holds(extents[0]!, before[i]!));
        ok(holds(extents[1]!, address), `${address} is not in ${JSON.stringify(extents)}`);
      });
    }
    // A trampoline moves only once.
    for (const args of FORMS) {
      for (let i = 0; i < 100_000; i++) callForm(host, 3 * FORMS.indexOf(args), args, nothing);
    }
    equal(host.declared.length, 2 * 3 * FORMS.length);
    equal(overlap(host.declared.map(({ code }) => code), padding), undefined);
  });
}

Deno.test("WasmEngine declares whole functions, from the prologue to the next function", () => {
  const host = new DeclaringEngine("wasm");
  for (const args of FORMS) {
    const first = host.prepare(args, args);
    for (const id of [first, first + 1]) callForm(host, id, args, nothing);
    // Made one after the other, they stand side by side.
    const [one, other] = [host.extentsOf(first)[0]!, host.extentsOf(first + 1)[0]!];
    equal(Number(one.address) + one.size, Number(other.address));
    equal(Number(one.address) % 64, 0);
    if (Deno.build.arch === "x86_64") {
      // The number among the module's: xor r12d, r12d; mov r12d, 1.
      deepEqual(read(one, 4), [0x45, 0x33, 0xe4, 0xe8]);
      deepEqual(read(other, 7), [0x41, 0xbc, 1, 0, 0, 0, 0xe8]);
    }
  }
});

Deno.test("WasmEngine makes trampolines in batches of 128, when the first of a batch is called", () => {
  const host = new DeclaringEngine("wasm");
  host.prepare(...Array(300).fill(0));
  // Those of its self-check were.
  const before = host.makes;
  const madeBy = (id: number) => {
    deepEqual(host.engine.entries.e0(id, () => host.idsOnStack(), undefined), [id]);
    return host.makes - before;
  };
  deepEqual([5, 127, 0, 5, 128, 255, 299, 256].map(madeBy), [1, 1, 1, 1, 2, 2, 3, 3]);
  host.prepare(...Array(100).fill(0));
  deepEqual([299, 290, 399, 300, 383, 384].map(madeBy), [3, 3, 4, 5, 5, 5]);
  equal(overlap(host.declared.map(({ code }) => code), 0), undefined);
});

Deno.test("WasmEngine.direct() leaves neighbouring trampolines to be made later", () => {
  const host = new DeclaringEngine("wasm");
  host.prepare(...Array(20).fill(1));
  const direct = host.engine.direct!(10, () => host.idsOnStack(), 0)!;
  deepEqual(direct(undefined), [10]);
  host.prepare(...Array(20).fill(2));
  const ids = [0, 9, 11, 19, 20, 39];
  deepEqual(
    ids.map((id) => callForm(host, id, id < 20 ? 1 : 2, () => host.idsOnStack())),
    ids.map((id) => [id]),
  );
});

Deno.test("WasmEngine calls plainly if trampolines cannot be made", () => {
  const host = new DeclaringEngine("wasm");
  host.prepare(...Array(300).fill(0));
  const messages: string[] = [];
  host.onMake = () => {
    throw new RangeError("no memory");
  };
  host.onGiveUp = ({ message }) => messages.push(message);
  deepEqual(host.engine.entries.e0(200, () => host.idsOnStack(), undefined), []);
  deepEqual(messages, ['Cannot use engine "wasm": no memory']);
});

Deno.test("WasmEngine finds 2000 trampolines, of all forms, that never overlap, before and after moving", async () => {
  for (const padding of [0, 104]) {
    const host = new DeclaringEngine("wasm", { padding });
    const count = 2000;
    const args = Array.from({ length: count }, (_, i) => FORMS[i % FORMS.length]!);
    host.prepare(...args.slice(0, 700));
    host.prepare(...args.slice(700));
    args.forEach((args, id) => callForm(host, id, args, nothing));
    deepEqual(host.declared.map(({ id }) => id), args.map((_, id) => id));
    // Some of them move into the memory behind the others.
    const hot = args.flatMap((_, id) => id % 100 < 6 ? id : []);
    const end = performance.now() + PATIENCE;
    for (let round = 0; hot.some((id) => host.extentsOf(id).length < 2); round++) {
      ok(performance.now() < end, `nothing has moved in ${round} rounds`);
      for (const id of hot) for (let i = 0; i < 2048; i++) callForm(host, id, args[id]!, nothing);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    equal(host.declared.length, count + hot.length);
    equal(overlap(host.declared.map(({ code }) => code), padding), undefined);
    for (const { code } of host.declared) {
      ok(code.size > 0 && code.size <= 1024, `${code.size} bytes`);
    }
  }
});

Deno.test("WasmEngine leaves the padding behind a trampoline to the backend", () => {
  const sizes = [0, 104].map((padding) => {
    const host = new DeclaringEngine("wasm", { padding });
    host.prepare(2, 2);
    for (const id of [0, 1]) callForm(host, id, 2, nothing);
    const [one, other] = [host.extentsOf(0)[0]!, host.extentsOf(1)[0]!];
    equal(Number(other.address) - Number(one.address) - one.size, padding);
    return one.size;
  });
  // In front of the padding is the trampoline's whole code, as without padding.
  ok(sizes[1]! >= sizes[0]! - 64, `${sizes}`);
});

Deno.test("WasmEngine declares code that includes its return addresses", () => {
  const host = new DeclaringEngine("wasm", { padding: 104 });
  host.prepare(4, 4, 4);
  for (const [i, address] of returnAddresses(host, [0, 1, 2], 4).entries()) {
    const { address: start, size } = host.extentsOf(i)[0]!;
    // Behind the call there is still code, for the result.
    ok(address + 8n < BigInt(start) + BigInt(size));
  }
});

Deno.test("WasmEngine calls plainly where trampolines would take too much stack, and makes them again", () => {
  let deep = 0;
  const host = new DeclaringEngine("wasm", {
    runDeep(body) {
      deep++;
      isOff = true;
      try {
        body();
      } finally {
        isOff = false;
      }
    },
  });
  let isOff = false;
  for (const args of [1, APPLY]) {
    const id = host.prepare(args);
    const down = (levels: number): number => {
      if (levels === 0) return host.idsOnStack().length;
      if (isOff) return down(levels - 1);
      return host.engine.entries.e1(
        id,
        down,
        undefined,
        args === APPLY ? [levels - 1] : levels - 1,
      ) as number;
    };
    for (let round = 0; round < 3; round++) {
      deep = 0;
      equal(down(10), 10);
      equal(deep, 0);
      const many = down(3000);
      ok(many > 200 && many < 3000, `${many} of 3000`);
      equal(deep, 1);
    }
  }
});

Deno.test("WasmEngine keeps using trampolines after exceptions from any depth", () => {
  const host = new DeclaringEngine("wasm");
  const id = host.prepare(1);
  const fail = (levels: number): unknown => {
    if (levels === 0) throw new TypeError("deep");
    return host.engine.entries.e1(id, fail, undefined, levels - 1);
  };
  for (let i = 0; i < 1000; i++) {
    try {
      fail(i % 60);
    } catch (error) {
      equal((error as Error).message, "deep");
    }
    if (i % 100 === 0) deepEqual(host.engine.entries.e1(id, () => host.idsOnStack(), 0, 0), [id]);
  }
});

function nothing(): void {}

for (const padding of [0, 104]) {
  Deno.test(`WasmEngine.direct() passes arguments and results, and is found at once, with ${padding} bytes of padding`, () => {
    const host = new DeclaringEngine("wasm", { padding });
    // The engine learns the form of trampolines from these.
    host.prepare(...new Array(8).fill(0));
    for (let id = 0; id < 8; id++) host.engine.entries.e0(id, nothing, undefined);
    const first = host.prepare(...new Array(5).fill(0));
    for (let args = 0; args <= 4; args++) {
      const given: unknown[] = [];
      const selves: unknown[] = [];
      const stacks: number[][] = [];
      const enter = host.engine.direct!(first + args, function (this: unknown, ...all: unknown[]) {
        selves.push(this);
        given.push(all);
        stacks.push(host.idsOnStack());
        return all.length;
      }, args)!;
      equal(enter(undefined, 1, 2, 3, 4), args);
      equal(enter(selves, 5, 6, 7, 8), args);
      deepEqual(given, [[1, 2, 3, 4].slice(0, args), [5, 6, 7, 8].slice(0, args)]);
      equal(selves[0], undefined);
      equal(selves[1], selves);
      equal(host.extentsOf(first + args).length, 1);
      deepEqual(stacks, [[first + args], [first + args]]);
    }
    equal(overlap(host.declared.map(({ code }) => code), padding), undefined);
  });
}

Deno.test("WasmEngine.direct() passes exceptions, and is found again after V8 has moved it", async () => {
  const host = new DeclaringEngine("wasm");
  const id = host.prepare(0);
  const error = new Error("thrown");
  const enter = host.engine.direct!(id, (what: unknown) => {
    if (what === "throw") throw error;
    return what === "stack" ? host.idsOnStack() : what;
  }, 1)!;
  equal(enter(undefined, 7), 7);
  const end = performance.now() + PATIENCE;
  while (host.extentsOf(id).length < 2) {
    ok(performance.now() < end, "nothing has moved");
    for (let i = 0; i < 4096; i++) enter(undefined, i);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  deepEqual(enter(undefined, "stack"), [id]);
  for (let i = 0; i < 10_000; i++) {
    try {
      enter(undefined, "throw");
      throw new Error("nothing was thrown");
    } catch (caught) {
      equal(caught, error);
    }
  }
  deepEqual(enter(undefined, "stack"), [id]);
  equal(host.extentsOf(id).length, 2);
});

Deno.test("WasmEngine.direct() makes no trampoline on a deep stack", () => {
  const host = new DeclaringEngine("wasm");
  const id = host.prepare(0);
  const descend = (levels: number): unknown =>
    levels === 0 ? host.engine.direct!(id, nothing, 0) : [descend(levels - 1)][0];
  equal(descend(4000), undefined);
  equal(typeof descend(0), "function");
});

Deno.test("WasmEngine.direct() calls plainly where trampolines would take too much stack", () => {
  let deep = 0;
  const host = new DeclaringEngine("wasm", {
    runDeep: (body) => {
      deep++;
      body();
    },
  });
  const id = host.prepare(0);
  const count: (n: unknown) => unknown = (n) =>
    n === 0 ? 0 : enter(undefined, n as number - 1) as number + 1;
  const enter = host.engine.direct!(id, count, 1)!;
  equal(enter(undefined, 100), 100);
  equal(deep, 0);
  equal(enter(undefined, 1500), 1500);
  ok(deep > 0, `${deep} calls were plain`);
  equal(enter(undefined, 100), 100);
});
