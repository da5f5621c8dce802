import { deepEqual, equal, ok } from "node:assert/strict";

import { directModule, type DirectOptions } from "../../../lib/engines/wasm/direct_trampoline.ts";
import { LEFT, MOST_NESTED, NESTED } from "../../../lib/engines/wasm/module_layout.ts";

const DEFAULTS: DirectOptions = { id: 1, args: 2, padding: 0, distinction: new Uint8Array(16) };

function direct(options: Partial<DirectOptions> = {}): WebAssembly.Module {
  return new WebAssembly.Module(directModule({ ...DEFAULTS, ...options }));
}

Deno.test("directModule() is valid for every form", () => {
  for (const id of [0, 1, 63, 64, 1 << 14, 10_000_000]) ok(direct({ id }));
  for (const args of [0, 1, 2, 3, 4]) {
    for (const padding of [0, 1, 104, 1000]) ok(direct({ args, padding }));
  }
});

Deno.test("directModule() has the declared imports and exports", () => {
  deepEqual(
    WebAssembly.Module.imports(direct()).map(({ module, name, kind }) => [module, name, kind]),
    [
      ["m", "memory", "memory"],
      ["m", "fn", "function"],
      ["m", "plain", "function"],
      ["m", "found", "function"],
      ["m", "deep", "function"],
    ],
  );
  deepEqual(WebAssembly.Module.exports(direct()), [{ name: "enter", kind: "function" }]);
});

Deno.test("directModule() counts calls, and asks like the dispatcher", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const left = new Int32Array(memory.buffer, LEFT);
  const nested = new Int32Array(memory.buffer, NESTED, 1);
  const log: unknown[] = [];
  let isDeep = false;
  const { enter } = new WebAssembly.Instance(direct({ id: 3 }), {
    m: {
      memory,
      fn: (...args: unknown[]) => log.push(["fn", nested[0], ...args]),
      plain: (...args: unknown[]) => log.push(["plain", ...args]),
      found: (id: number) => {
        log.push(["found", id]);
        left[id] = 2;
      },
      deep: () => {
        log.push(["deep", nested[0]]);
        if (!isDeep) nested[0] = 0;
        return isDeep ? 1 : 0;
      },
    },
  }).exports as { enter: (...args: unknown[]) => unknown };
  for (let i = 0; i < 4; i++) enter("self", i, "b", "c");
  deepEqual(log.splice(0), [
    ["found", 3],
    ["fn", 1, "self", 0, "b"],
    ["fn", 1, "self", 1, "b"],
    ["found", 3],
    ["fn", 1, "self", 2, "b"],
    ["fn", 1, "self", 3, "b"],
  ]);
  left[3] = 100;
  nested[0] = MOST_NESTED - 1;
  enter(0, 1, 2);
  deepEqual(log.splice(0), [["fn", MOST_NESTED, 0, 1, 2]]);
  nested[0] = MOST_NESTED;
  enter(0, 1, 2);
  deepEqual(log.splice(0), [["deep", MOST_NESTED], ["fn", 1, 0, 1, 2]]);
  equal(nested[0], 0);
  isDeep = true;
  nested[0] = MOST_NESTED;
  enter(0, 1, 2);
  deepEqual(log.splice(0), [["deep", MOST_NESTED], ["plain", 0, 1, 2]]);
});
