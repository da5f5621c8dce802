/*
 * Node's test runner says where a test is by the position of its call, which no source map changes.
 */
import { deepEqual } from "node:assert/strict";

import { Workplace } from "../support/command_process.ts";
import { testNeeding } from "../support/needing.ts";
import { obstacleOfRuntime, runCommand, runtimeProgram } from "../support/other_runtime.ts";

const preload = import.meta.resolve("../../lib/preload.ts");

const PROGRAM = `import { describe, it, test } from "node:test";

test("alone", () => { throw new Error("one"); });
describe("suite", () => {
  const value = 1;

  it("first", async () => { await null; throw new Error(String(value)); });
    it("second", () => { throw new Error("three"); });
});
test.skip("skipped", () => {});
`;

testNeeding(
  obstacleOfRuntime("node24"),
  "node:test has tests where they are without us",
  async () => {
    await using place = new Workplace();
    place.write("main.mjs", PROGRAM);
    const [plain, hooked] = await Promise.all([[], ["--import", preload]].map(async (flags) => {
      const { stdout } = await runCommand([runtimeProgram("node24"), ...flags, "main.mjs"], {
        cwd: place.path,
      });
      return stdout.match(/^test at .*/gm);
    }));
    deepEqual(plain, [
      "test at main.mjs:3:1",
      "test at main.mjs:7:3",
      "test at main.mjs:8:5",
    ]);
    deepEqual(hooked, plain);
  },
);
