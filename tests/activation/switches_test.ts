import { deepEqual, throws } from "node:assert/strict";

import type { BackendName } from "../../lib/backends/backend.ts";
import {
  decideSwitches,
  environmentFor,
  type SwitchOptions,
} from "../../lib/activation/switches.ts";

type Environment = Record<string, string | undefined>;

function decide(environment: Environment, options?: SwitchOptions) {
  return decideSwitches((name) => environment[name], options);
}

function backend(environment: Environment, ...x: string[]): BackendName | undefined {
  return decide(environment, { x }).backend;
}

const PERF = { JS_PERF_SUPPORT: "1" };
const JIT = { JS_PERF_JIT_SUPPORT: "1" };

Deno.test("decideSwitches() is off by default", () => {
  deepEqual(decide({}), { backend: undefined, engine: "auto" });
});

Deno.test("decideSwitches() takes a variable that is empty or 0 as off, anything else as on", () => {
  for (const value of [undefined, "", "0"]) {
    deepEqual(backend({ JS_PERF_SUPPORT: value }), undefined);
    deepEqual(backend({ JS_PERF_JIT_SUPPORT: value }), undefined);
  }
  for (const value of ["1", "2", "00", " ", "false", "no"]) {
    deepEqual(backend({ JS_PERF_SUPPORT: value }), "perf");
    deepEqual(backend({ JS_PERF_JIT_SUPPORT: value }), "perf_jit");
  }
});

Deno.test("decideSwitches() prefers perf_jit over perf from one source", () => {
  deepEqual(backend({ ...PERF, ...JIT }), "perf_jit");
  deepEqual(backend({}, "perf", "perf_jit"), "perf_jit");
  deepEqual(backend({}, "perf_jit", "perf"), "perf_jit");
});

Deno.test("decideSwitches() lets an option win over the environment", () => {
  deepEqual(backend(JIT, "perf"), "perf");
  deepEqual(backend(PERF, "perf_jit"), "perf_jit");
  deepEqual(backend(PERF, "perf=0"), undefined);
  deepEqual(backend(JIT, "perf_jit=0"), undefined);
  deepEqual(backend({ ...PERF, ...JIT }, "perf_jit=0"), "perf");
  deepEqual(backend({ ...PERF, ...JIT }, "perf=0"), "perf_jit");
});

Deno.test("decideSwitches() takes the last of two options about one backend", () => {
  deepEqual(backend({}, "perf", "perf=0"), undefined);
  deepEqual(backend({}, "perf=0", "perf"), "perf");
  deepEqual(backend({}, "perf=1"), "perf");
});

Deno.test("decideSwitches() refuses an unknown -X name or value and names it", () => {
  for (
    const [value, problem] of [
      ["prof", "unknown name, must be perf or perf_jit"],
      ["", "unknown name, must be perf or perf_jit"],
      ["Perf", "unknown name, must be perf or perf_jit"],
      ["perf=2", "the value must be 0 or 1"],
      ["perf=", "the value must be 0 or 1"],
      ["perf_jit=1=1", "the value must be 0 or 1"],
    ] as const
  ) {
    throws(() => backend({}, value), {
      name: "RangeError",
      message: `Cannot use option "-X ${value}": ${problem}`,
    });
  }
});

Deno.test("decideSwitches() reads the engine from the option, then from the environment", () => {
  deepEqual(decide({ JS_PERF_ENGINE: "wasm" }).engine, "wasm");
  deepEqual(decide({ JS_PERF_ENGINE: "wasm" }, { engine: "native" }).engine, "native");
  deepEqual(decide({ JS_PERF_ENGINE: "" }).engine, "auto");
});

Deno.test("decideSwitches() refuses an unknown engine and names its source", () => {
  throws(() => decide({ JS_PERF_ENGINE: "turbo" }), {
    name: "RangeError",
    message: 'Cannot use engine "turbo" of JS_PERF_ENGINE: must be auto or native or wasm',
  });
  throws(() => decide({}, { engine: "" }), {
    name: "RangeError",
    message: 'Cannot use engine "" of --engine: must be auto or native or wasm',
  });
});

Deno.test("environmentFor() gives a child the same switches, over any that it inherits", () => {
  for (const inherited of [{}, PERF, JIT, { ...PERF, ...JIT, JS_PERF_ENGINE: "wasm" }]) {
    for (const name of [undefined, "perf", "perf_jit"] as const) {
      const wish = { backend: name, engine: "native" } as const;
      deepEqual(decide({ ...inherited, ...environmentFor(wish) }), wish);
    }
  }
});
