/*
 * A function that is instrumented takes more of the stack than without us, inactive too: its guard
 * needs registers. Depths of V8's interpreter do not depend on when a function is compiled.
 */
import { ok } from "node:assert/strict";

import { Workplace } from "../support/command_process.ts";
import { testNeeding } from "../support/needing.ts";
import { obstacleOfRuntime, runCommand, runtimeProgram } from "../support/other_runtime.ts";

const preload = import.meta.resolve("../../lib/preload.ts");

const PROGRAM = `
let depth = 0;
function down(a) { depth++; return down(a + 1) + 1; }
try { down(1); } catch { console.log(depth); }
`;

testNeeding(
  obstacleOfRuntime("node24"),
  "an inactive guard leaves seven tenths of the depth of recursion",
  async () => {
    await using place = new Workplace();
    place.write("main.mjs", PROGRAM);
    const [plain, instrumented] = await Promise.all(
      [[], ["--import", preload]].map(async (flags) => {
        const interpreted = ["--no-opt", "--no-maglev", "--no-sparkplug"];
        const command = [runtimeProgram("node24"), ...interpreted, ...flags, "main.mjs"];
        const { stdout } = await runCommand(command, { cwd: place.path });
        return Number(stdout);
      }),
    );
    ok(plain! > 1000, `${plain}`);
    ok(instrumented! > 0.7 * plain!, `${instrumented} of ${plain}`);
  },
);
