import { deepEqual, equal } from "node:assert/strict";

import { runProgram } from "../support/program.ts";

/** Makes pairs by hand, in a process of its own: they write a perf map. */
const PAIRS = `
import { EnginePairs } from ${
  JSON.stringify(import.meta.resolve("../../lib/activation/engine_pairs.ts"))
};
import { FunctionTable } from ${
  JSON.stringify(import.meta.resolve("../../lib/activation/function_table.ts"))
};
import { loadNativeLibrary } from ${
  JSON.stringify(import.meta.resolve("../../lib/native/native_library.ts"))
};
loadNativeLibrary();
const declared: number[] = [];
const pairs = new EnginePairs({
  declare: (_backend, id) => void declared.push(id),
  pause: (body) => body(),
  runDeep: (body) => body(),
  giveUp: (error) => { throw error; },
});
const functions = new FunctionTable();
`;

Deno.test("EnginePairs.get() makes each pair once, and auto is the cheapest", async () => {
  await using program = await runProgram(`${PAIRS}
const [wasm, native] = [pairs.get("perf", "wasm"), pairs.get("perf", "native")];
console.log(
  pairs.get("perf", "wasm") === wasm, pairs.get("perf", "native") === native, wasm === native,
  pairs.get("perf", "auto") === wasm, wasm.backend === native.backend,
);
`);
  equal(program.stderr, "");
  equal(program.stdout, "true true false true true\n");
});

Deno.test("EnginePairs.prepare() makes ready for the functions that are new", async () => {
  await using program = await runProgram(`${PAIRS}
const pair = pairs.get("perf", "wasm");
let id = 0;
for (const count of [2, 0, 40]) {
  const before = pair.prepared;
  for (let i = 0; i < count; i++) id = functions.add({ name: "f", file: "/a.ts", line: 1 }, 0);
  pairs.prepare(pair, functions);
  console.log(pair.prepared > id, pair.prepared > before);
}
const { e0 } = pair.engine.entries;
console.log(e0(id, () => 7, undefined), e0(id, () => 8, undefined), declared.join() === String(id));
`);
  equal(program.stderr, "");
  deepEqual(program.stdout.split("\n"), ["true true", "true false", "true true", "7 8 true", ""]);
});
