import { deepEqual, equal } from "node:assert/strict";

import { runProgram } from "../support/program.ts";

Deno.test("writePerfMapEntry() writes exactly one line, active or not", async () => {
  await using program = await runProgram(`
import { isStackTrampolineActive, writePerfMapEntry } from "@x/perf";
writePerfMapEntry(0x1234, 0x162e, "entry1");
writePerfMapEntry(0x7fff12345678n, 32, "entry2\\n1 2 forged");
console.log(isStackTrampolineActive());
`);
  equal(program.stderr, "");
  equal(program.stdout, "false\n");
  equal(
    await Deno.readTextFile(program.mapPath),
    "1234 162e entry1\n7fff12345678 20 entry2\\n1 2 forged\n",
  );
});

Deno.test("writePerfMapEntry() shares the map with the trampolines", async () => {
  await using program = await runProgram(`
import { activateStackTrampoline, withPerf, writePerfMapEntry } from "@x/perf";
const foo = withPerf(function foo() {});
writePerfMapEntry(1, 2, "before");
activateStackTrampoline();
foo();
writePerfMapEntry(3, 4, "after");
`);
  deepEqual(await program.symbols(), ["before", "js::foo:program.ts:2", "after"]);
});

Deno.test("writePerfMapEntry() refuses a bad address and leaves the map whole", async () => {
  await using program = await runProgram(`
import { writePerfMapEntry } from "@x/perf";
for (const address of [-1, 1.5, NaN, 2 ** 60]) {
  try {
    writePerfMapEntry(address, 1, "a");
  } catch (error) {
    console.log((error as Error).name);
  }
}
writePerfMapEntry(1, 1, "b");
`);
  equal(program.stdout, "RangeError\n".repeat(4));
  deepEqual(await program.symbols(), ["b"]);
});
