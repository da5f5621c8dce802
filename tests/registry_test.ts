import { deepEqual, equal, throws } from "node:assert/strict";

import type { Backend, CodeRegion } from "../lib/backend.ts";
import type { Engine } from "../lib/engine.ts";
import { PerfError } from "../lib/perf_error.ts";
import { Registry } from "../lib/registry.ts";

const LABEL = { name: "a", file: "/a.ts", line: 1 };

class RecordingBackend implements Backend {
  readonly name = "perf";
  readonly padding = 100;
  readonly regions: CodeRegion[] = [];

  declare(region: CodeRegion): void {
    this.regions.push(region);
  }
}

function makeEngine(): Engine {
  let created = 0;
  return {
    name: "native",
    create(symbol, declare, padding = 0) {
      declare({ address: 0x1000 + (12 + padding) * created, size: 12, name: symbol });
      return created++;
    },
    call: (_trampoline, fn, self, args) => Reflect.apply(fn, self, args),
  };
}

Deno.test("Registry.register() makes a trampoline with the backend's padding and declares its name", () => {
  const backend = new RecordingBackend();
  const registry = new Registry(backend, makeEngine());
  const foo = { name: "foo", file: "/a.ts", line: 1 };
  const module = { name: "<module>", file: "/a.ts" };
  equal(registry.register(0, foo), 0);
  equal(registry.register(1, module), 1);
  deepEqual(backend.regions, [
    { address: 0x1000, size: 12, name: "js::foo:/a.ts:1", source: foo },
    { address: 0x1070, size: 12, name: "js::<module>:/a.ts", source: module },
  ]);
});

Deno.test("Registry.trampolines holds the trampoline of each function that has one", () => {
  const registry = new Registry(new RecordingBackend(), makeEngine());
  for (const id of [5, 0, 64, 10_000]) registry.register(id, LABEL);
  deepEqual([5, 0, 64, 10_000].map((id) => registry.trampolines[id]), [0, 1, 2, 3]);
  for (const id of [1, 4, 63, 65, 9_999]) equal(registry.trampolines[id], -1);
});

Deno.test("Registry.register() leaves a function without trampoline if its name cannot be written", () => {
  const backend = new RecordingBackend();
  const registry = new Registry(backend, makeEngine());
  registry.register(0, LABEL);
  backend.declare = () => {
    throw new PerfError("Cannot write", { code: "file" });
  };
  throws(() => registry.register(1, LABEL), PerfError);
  equal(registry.trampolines[1], -1);
});
