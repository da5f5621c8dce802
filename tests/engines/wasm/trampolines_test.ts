import { deepEqual, equal, notDeepEqual, throws } from "node:assert/strict";

import { APPLY, MOST_ARGUMENTS } from "../../../lib/engines/engine.ts";
import { NESTED } from "../../../lib/engines/wasm/module_layout.ts";
import {
  trampolinesModule,
  type TrampolinesOptions,
} from "../../../lib/engines/wasm/trampolines.ts";
import { WasmBytes } from "../../../lib/engines/wasm/wasm_bytes.ts";

function moduleBytes(options: Partial<TrampolinesOptions> = {}): Uint8Array<ArrayBuffer> {
  return trampolinesModule({
    ...{ first: 0, args: [0], padding: 0, distinction: Uint8Array.of(1) },
    ...options,
  });
}

/** A table of trampolines; `nested` is the number of calls that are running. */
function tableOf(options: Partial<TrampolinesOptions>) {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 40 });
  const memory = new WebAssembly.Memory({ initial: 1 });
  const call = (fn: (...args: unknown[]) => unknown, self: unknown, ...args: unknown[]) =>
    Reflect.apply(fn, self, args);
  const m: WebAssembly.ModuleImports = {
    table,
    memory,
    apply: (fn: (...args: unknown[]) => unknown, self: unknown, args: unknown[]) =>
      Reflect.apply(fn, self, args),
  };
  for (let n = 0; n <= MOST_ARGUMENTS; n++) {
    m[`c${n}`] = (...passed: Parameters<typeof call>) => {
      equal(passed.length, 2 + n);
      return call(...passed);
    };
  }
  new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(options)), { m });
  return {
    call: (index: number, ...args: unknown[]): unknown => table.get(index)!(...args),
    isFree: (index: number) => table.get(index) === null,
    nested: () => new DataView(memory.buffer).getInt32(NESTED, true),
  };
}

function echo(this: unknown, ...args: unknown[]): unknown[] {
  return [this, ...args];
}

Deno.test("trampolinesModule() makes a trampoline for each number of arguments, and for an array", () => {
  const args = Array.from({ length: MOST_ARGUMENTS + 1 }, (_, n) => n);
  const { call } = tableOf({ args: [...args, APPLY] });
  for (const n of args) {
    const given = Array.from({ length: n }, (_, i) => i);
    deepEqual(call(n, echo, "self", ...given), ["self", ...given]);
  }
  deepEqual(call(MOST_ARGUMENTS + 1, echo, "self", [1, , 3]), ["self", 1, undefined, 3]);
});

Deno.test("trampolinesModule() puts trampolines into the table from the first number on", () => {
  const { call, isFree } = tableOf({ first: 30, args: [1, 1, 0] });
  deepEqual([29, 30, 31, 32, 33].map(isFree), [true, false, false, false, true]);
  deepEqual(call(32, echo, null), [null]);
});

Deno.test("trampolinesModule() has trampolines count the calls that are running", () => {
  const { call, nested } = tableOf({ args: [0] });
  const depths: number[] = [];
  const recurse = () => {
    depths.push(nested());
    if (depths.length < 3) call(0, recurse, null);
    depths.push(nested());
  };
  call(0, recurse, null);
  deepEqual([depths, nested()], [[1, 2, 3, 3, 2, 1], 0]);
  // An exception skips the decrement, and an outer call makes up for it.
  call(0, () => {
    throws(() =>
      call(0, () => {
        throw new RangeError("thrown");
      }, null), RangeError);
    equal(nested(), 2);
  }, null);
  equal(nested(), 0);
});

Deno.test("trampolinesModule() pads code with calls that never run", () => {
  let calls = 0;
  const { call } = tableOf({ args: [1], padding: 240 });
  call(0, () => void calls++, null, 1);
  equal(calls, 1);
  // A call of every 24 bytes: two arguments more and `drop`.
  const size = (padding: number) => moduleBytes({ padding }).length;
  equal(size(240) - size(24), 9 * (size(48) - size(24)));
  equal(size(24), size(1));
});

Deno.test("trampolinesModule() makes modules that differ by their distinction", () => {
  deepEqual(moduleBytes(), moduleBytes());
  notDeepEqual(moduleBytes({ distinction: Uint8Array.of(2) }), moduleBytes());
  equal(moduleBytes({ args: [] }).length > 0, true);
});

Deno.test("trampolinesModule() builds in memory that is used again", () => {
  const into = new WasmBytes();
  const once = moduleBytes({ args: new Array(500).fill(2), into }).slice();
  moduleBytes({ args: [0], into });
  deepEqual(moduleBytes({ args: new Array(500).fill(2), into }), once);
});
