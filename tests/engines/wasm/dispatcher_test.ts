import { deepEqual, equal, notDeepEqual, ok, throws } from "node:assert/strict";

import { APPLY, ENTRIES, MOST_ARGUMENTS } from "../../../lib/engines/engine.ts";
import { WasmBytes } from "../../../lib/engines/wasm/wasm_bytes.ts";
import { dispatcherModule } from "../../../lib/engines/wasm/dispatcher.ts";
import { LEFT, NESTED } from "../../../lib/engines/wasm/module_layout.ts";
import { isModuleName, trampolineNumber } from "../../../lib/engines/wasm/script_names.ts";
import {
  trampolinesModule,
  type TrampolinesOptions,
} from "../../../lib/engines/wasm/trampolines.ts";

const FORMS = [...Array(MOST_ARGUMENTS + 1).keys(), APPLY];

function trampolines(options: Partial<TrampolinesOptions> = {}): Uint8Array<ArrayBuffer> {
  return trampolinesModule({
    first: 0,
    args: FORMS,
    padding: 0,
    distinction: new Uint8Array(16),
    ...options,
  });
}

/** A dispatcher whose walker and finder note their arguments. */
class Dispatcher {
  readonly memory = new WebAssembly.Memory({ initial: 1 });
  readonly nested = new Int32Array(this.memory.buffer, NESTED, 1);
  readonly counts = new Int32Array(this.memory.buffer, LEFT);
  /** The result of `deep`. */
  isDeep = false;
  /** The result of `ready`. */
  isReady = true;
  readonly log: unknown[] = [];
  readonly exports: Record<string, (...args: unknown[]) => unknown> & { table: WebAssembly.Table };

  constructor(size = 16) {
    const walk = (...args: unknown[]) => void this.log.push(["walk", args]);
    const found = (id: number) => void this.log.push(["found", id]);
    const module = new WebAssembly.Module(dispatcherModule(size));
    const deep = () => {
      this.log.push(["deep", this.nested[0]]);
      return this.isDeep;
    };
    const ready = (id: number) => {
      this.log.push(["ready", id]);
      return this.isReady;
    };
    const plain = (...args: unknown[]) => this.log.push(["plain", ...args]);
    const plains = Object.fromEntries(ENTRIES.map((_, n) => [`plain${n}`, plain]));
    const imports = {
      memory: this.memory,
      walk,
      none: NONE,
      found,
      deep,
      ready,
      ...plains,
    } as unknown;
    this.exports = new WebAssembly.Instance(module, {
      m: imports as WebAssembly.ModuleImports,
    }).exports as never;
  }

  /** Puts trampolines into the table, which note by which import they call. */
  fill(options: Partial<TrampolinesOptions> = {}): void {
    const call =
      (import_: string) =>
      (fn: (...args: unknown[]) => unknown, self: unknown, ...args: unknown[]) => {
        this.log.push([import_, self, ...args]);
        return fn(...args);
      };
    const calls = Array.from({ length: MOST_ARGUMENTS + 1 }, (_, n) => [`c${n}`, call(`c${n}`)]);
    new WebAssembly.Instance(new WebAssembly.Module(trampolines(options)), {
      m: {
        memory: this.memory,
        table: this.exports.table,
        apply: call("apply"),
        ...Object.fromEntries(calls),
      },
    });
  }
}

const NONE = Object.freeze([]);

Deno.test("dispatcherModule() and trampolinesModule() are valid for every form", () => {
  for (const size of [0, 1, 127, 128, 1 << 14]) ok(WebAssembly.validate(dispatcherModule(size)));
  ok(WebAssembly.validate(trampolines({ args: [] })));
  for (const padding of [0, 1, 24, 104, 1000]) ok(WebAssembly.validate(trampolines({ padding })));
  for (const first of [0, 63, 64, 1 << 14, 10_000_000]) {
    ok(WebAssembly.validate(trampolines({ first })));
  }
  const many = Array.from({ length: 5000 }, (_, i) => FORMS[i % FORMS.length]!);
  ok(WebAssembly.validate(trampolines({ args: many, padding: 104 })));
  ok(WebAssembly.validate(trampolines({ args: Uint8Array.from(FORMS) })));
});

Deno.test("dispatcherModule() has the declared imports and exports", () => {
  const module = new WebAssembly.Module(dispatcherModule(7));
  deepEqual(
    WebAssembly.Module.imports(module).map(({ module, name, kind }) => [module, name, kind]),
    [
      ["m", "memory", "memory"],
      ["m", "walk", "global"],
      ["m", "none", "global"],
      ["m", "found", "function"],
      ["m", "deep", "function"],
      ["m", "ready", "function"],
      ...ENTRIES.map((_, n) => ["m", `plain${n}`, "function"]),
    ],
  );
  deepEqual(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]), [
    ["table", "table"],
    ...ENTRIES.map((name) => [name, "function"]),
  ]);
  const { exports } = new Dispatcher(7);
  equal(exports.table.length, 7);
  ENTRIES.forEach((name, args) => equal(exports[name]!.length, 3 + args));
});

Deno.test("trampolinesModule() has the declared imports, and fills the table with its functions", () => {
  const module = new WebAssembly.Module(trampolines());
  deepEqual(WebAssembly.Module.exports(module), []);
  deepEqual(WebAssembly.Module.imports(module).map(({ name, kind }) => [name, kind]), [
    ...Array.from({ length: MOST_ARGUMENTS + 1 }, (_, n) => [`c${n}`, "function"]),
    ["apply", "function"],
    ["table", "table"],
    ["memory", "memory"],
  ]);
  const dispatcher = new Dispatcher(16);
  dispatcher.fill({ first: 5 });
  const filled = Array.from({ length: 16 }, (_, i) => dispatcher.exports.table.get(i) !== null);
  deepEqual(filled, Array.from({ length: 16 }, (_, i) => i >= 5 && i < 5 + FORMS.length));
  FORMS.forEach((args, i) => {
    const parameters = 2 + (args === APPLY ? 1 : args);
    equal((dispatcher.exports.table.get(5 + i) as () => void).length, parameters);
  });
  throws(() => dispatcher.fill({ first: 11 }), WebAssembly.RuntimeError);
});

Deno.test("trampolinesModule() calls the import for its number of arguments", () => {
  const dispatcher = new Dispatcher();
  dispatcher.fill();
  dispatcher.counts.fill(100);
  for (const [i, args] of FORMS.entries()) {
    const given = args === APPLY ? [[1, 2]] : Array.from({ length: args }, (_, i) => i);
    const entry = dispatcher.exports[`e${given.length}`]!;
    deepEqual(entry(i, (...got: unknown[]) => got, "self", ...given), given);
    deepEqual(dispatcher.log.splice(0), [[
      args === APPLY ? "apply" : `c${args}`,
      "self",
      ...given,
    ]]);
    // One of another form has another type.
    const other = dispatcher.exports[`e${(given.length + 1) % 5}`]!;
    throws(() => other(i, () => {}, "self"), WebAssembly.RuntimeError);
  }
});

Deno.test("dispatcherModule() counts down, and below zero has the trampoline found", () => {
  const dispatcher = new Dispatcher();
  dispatcher.fill();
  const { counts, exports, log } = dispatcher;
  const walked = ["walk", [NONE, NONE]];
  const called = ["c2", "self", 1, 2];
  counts[2] = 2;
  const call = () => exports["e2"]!(2, (a: number, b: number) => a + b, "self", 1, 2);
  for (const left of [1, 0]) {
    equal(call(), 3);
    equal(counts[2], left);
    deepEqual(log.splice(0), [called]);
  }
  // The trampoline calls the walker with the function's arguments. Then the dispatcher tells the
  // host, and then it calls the function.
  equal(call(), 3);
  const asked = ["ready", 2];
  deepEqual(log.splice(0), [asked, ["c2", null, NONE, NONE], walked, ["found", 2], called]);
  equal(counts[2], -1);
  // Each call does so until the host sets the count.
  equal(call(), 3);
  deepEqual(log.splice(0).length, 5);
  counts[2] = 1;
  equal(call(), 3);
  deepEqual(log.splice(0), [called]);
  deepEqual([...counts.subarray(0, 6)], [0, 0, 0, 0, 0, 0]);
});

Deno.test("dispatcherModule() calls plainly without a trampoline", () => {
  const dispatcher = new Dispatcher();
  dispatcher.isReady = false;
  const fn = () => {};
  dispatcher.exports["e2"]!(2, fn, "self", 1, 2);
  deepEqual(dispatcher.log, [["ready", 2], ["plain", 2, fn, "self", 1, 2]]);
});

Deno.test("dispatcherModule() gives the walker as many arguments as the trampoline takes", () => {
  const dispatcher = new Dispatcher();
  dispatcher.fill();
  for (const [i, args] of FORMS.entries()) {
    const given = args === APPLY ? [[]] : Array.from({ length: args }, () => 0);
    dispatcher.exports[`e${given.length}`]!(i, () => {}, 0, ...given);
    const [, form, walk] = dispatcher.log.splice(0);
    deepEqual(form, [args === APPLY ? "apply" : `c${args}`, null, ...given.map(() => NONE)]);
    deepEqual(walk, ["walk", given.map(() => NONE)]);
  }
});

Deno.test("trampolines count nested calls, with exceptions too", () => {
  const dispatcher = new Dispatcher();
  dispatcher.fill();
  dispatcher.counts.fill(1000);
  const { exports, nested } = dispatcher;
  const seen: number[] = [];
  const descend = (levels: number): void => {
    seen.push(nested[0]!);
    if (levels > 0) exports["e1"]!(1, descend, 0, levels - 1);
  };
  exports["e1"]!(1, descend, 0, 3);
  deepEqual(seen, [1, 2, 3, 4]);
  equal(nested[0], 0);
  // An exception makes the count too high, until an outer call returns.
  const fail = () => {
    throw new Error();
  };
  exports["e0"]!(0, () => {
    for (let i = 1; i <= 5; i++) {
      throws(() => exports["e0"]!(0, fail, 0));
      equal(nested[0], 1 + i);
    }
  }, 0);
  equal(nested[0], 0);
});

Deno.test("dispatcherModule() asks from 64 nested calls on if it shall call plainly", () => {
  const dispatcher = new Dispatcher();
  dispatcher.fill();
  dispatcher.counts.fill(1000);
  const { exports, nested, log } = dispatcher;
  const call = () => exports["e2"]!(2, (a: number, b: number) => a + b, "self", 1, 2);
  nested[0] = 63;
  equal(call(), 3);
  deepEqual(log.splice(0), [["c2", "self", 1, 2]]);
  nested[0] = 64;
  equal(call(), 3);
  deepEqual(log.splice(0), [["deep", 64], ["c2", "self", 1, 2]]);
  dispatcher.isDeep = true;
  for (const [i, args] of FORMS.entries()) {
    const given = args === APPLY ? [[]] : Array.from({ length: args }, (_, k) => k);
    exports[`e${given.length}`]!(i, call, "self", ...given);
    deepEqual(log.splice(0), [["deep", 64], ["plain", i, call, "self", ...given]]);
  }
  // A call outside of the trampoline is not counted.
  deepEqual([...dispatcher.counts.subarray(0, 6)], [1000, 1000, 998, 1000, 1000, 1000]);
});

/** V8's script and text of each frame on the stack of the caller. */
function frames(): { script: string; text: string }[] {
  const { prepareStackTrace } = Error;
  // deno-lint-ignore no-explicit-any -- V8's frames have no type
  Error.prepareStackTrace = (_, sites: any[]) =>
    sites.map((site) => ({ script: site.getScriptNameOrSourceURL() ?? "", text: String(site) }));
  const { stack } = new Error();
  Error.prepareStackTrace = prepareStackTrace;
  return stack as unknown as { script: string; text: string }[];
}

Deno.test("trampolineNumber() reads a trampoline's number from V8's frame", () => {
  for (const first of [1, 5, 998]) {
    const dispatcher = new Dispatcher(first + FORMS.length);
    dispatcher.fill({ first });
    dispatcher.counts.fill(100);
    for (const [i, args] of FORMS.entries()) {
      const given = args === APPLY ? [[]] : Array.from({ length: args }, () => 0);
      const walked = dispatcher.exports[`e${given.length}`]!(first + i, frames, 0, ...given);
      const seen = (walked as ReturnType<typeof frames>)
        .filter(({ script }) => isModuleName(script))
        .map(({ script, text }) => trampolineNumber(script, text));
      // The dispatcher has no frame, because it calls the trampoline as a tail call.
      deepEqual(seen, [first + i]);
    }
  }
});

Deno.test("isModuleName() and trampolineNumber() reject all other frames", () => {
  const [own, other] = ["wasm://wasm/xperf-6-998-5267361a", "wasm://wasm/xperform-5267361a"];
  ok(isModuleName(own));
  ok(isModuleName("wasm://wasm/xperf-5267361a"));
  for (const name of [other, "wasm://wasm/5267361a", "file:///xperf-6-998-5267361a", ""]) {
    ok(!isModuleName(name), name);
  }
  equal(trampolineNumber(own, `xperf-6-998 (${own}:wasm-function[8]:0x27)`), 1000);
  equal(trampolineNumber(own, `xperf-6-998 (${own}:wasm-function[5]:0x27)`), undefined);
  equal(trampolineNumber(own, "f (a.js:1:2)"), undefined);
  equal(trampolineNumber("wasm://wasm/xperf-5267361a", "wasm-function[8]:0x27"), undefined);
});

Deno.test("trampolinesModule() can reuse memory of a longer or shorter module", () => {
  const into = new WasmBytes();
  for (const args of [FORMS, Array.from({ length: 5000 }, () => 4), [1], FORMS]) {
    deepEqual(trampolines({ args, into }), trampolines({ args }));
  }
});

Deno.test("trampolinesModule() makes modules that differ only by their distinction", () => {
  const one = trampolines({ distinction: new Uint8Array(16).fill(1) });
  const other = trampolines({ distinction: new Uint8Array(16).fill(2) });
  notDeepEqual(one, other);
  deepEqual(one, other.map((byte, i) => one[i] === 1 && byte === 2 ? 1 : byte));
  deepEqual(trampolines(), trampolines());
});

Deno.test("trampolinesModule() has padding behind the call: code that never runs", () => {
  const sizes = [0, 24, 48, 104].map((padding) => trampolines({ padding, args: [4] }).length);
  for (const [i, size] of sizes.entries()) if (i > 0) ok(size > sizes[i - 1]!);
  // It would trap.
  const dispatcher = new Dispatcher();
  dispatcher.fill({ padding: 1000 });
  equal(dispatcher.exports["e4"]!(4, (...args: number[]) => args.length, 0, 1, 2, 3, 4), 4);
  equal(dispatcher.nested[0], 0);
});
