import { deepEqual, equal, throws } from "node:assert/strict";

import { trampoline } from "../../lib/api/trampoline.ts";
import { runProgram } from "../support/program.ts";

Deno.test("trampoline() passes on the body's result and exception", () => {
  const frame = trampoline("label", "routes.ts", 12);
  equal(frame.run(() => 42), 42);
  const error = new Error("mine");
  throws(() =>
    frame.run(() => {
      throw error;
    }), (thrown) => thrown === error);
});

Deno.test("trampoline() refuses a name or file that is not text", () => {
  for (const [name, file] of [[1, "a"], ["a", undefined], [Symbol("s"), "a"], [null, "a"]]) {
    throws(() => trampoline(name as string, file as string), {
      name: "TypeError",
      message: /^Cannot make a trampoline with (name|file) ".*": must be a string$/,
    });
  }
});

Deno.test("trampoline() refuses a line that is not a whole number above 0", () => {
  for (const line of [0, -1, 1.5, NaN, Infinity, "1"]) {
    throws(() => trampoline("a", "b", line as number), {
      name: "RangeError",
      message: `Cannot make a trampoline at line "${line}": must be a whole number above 0`,
    });
  }
});

Deno.test("trampoline() has one map entry, with the given name", async () => {
  await using program = await runProgram(`
import { activateStackTrampoline, trampoline } from "@x/perf";
const add = trampoline("OP_ADD", "vm.bc", 3);
const label = trampoline("GET /users\\n1 2 forged", "");
activateStackTrampoline();
for (let i = 0; i < 10; i++) console.log(add.run(() => label.run(() => i)));
`);
  equal(program.stderr, "");
  equal(program.stdout, "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  deepEqual(await program.symbols(), ["js::OP_ADD:vm.bc:3", "js::GET /users\\n1 2 forged:"]);
});
