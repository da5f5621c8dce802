/*
 * A function that is instrumented takes more of the stack than without us, inactive too: its guard
 * needs registers, and each piece between two awaits has a frame. Depths of V8's interpreter do not
 * depend on when a function is compiled.
 */
import { ok } from "node:assert/strict";

import { Workplace } from "../support/command_process.ts";
import { testNeeding } from "../support/needing.ts";
import { obstacleOfRuntime, runCommand, runtimeProgram } from "../support/other_runtime.ts";

const preload = import.meta.resolve("../../lib/preload.ts");

/** Recursions, and the part of their depth that is left while inactive. */
const RECURSIONS: Record<string, { text: string; left: number }> = {
  "a function": {
    text: "function down(a) { depth++; return down(a + 1) + 1; }",
    left: 0.78,
  },
  "an async function": {
    text: "async function down(a) { depth++; return await down(a + 1) + 1; }",
    left: 0.5,
  },
  "an async function that makes closures": {
    text: "async function down(a) { depth++; const f = () => a; return await down(f() + 1) + 1; }",
    left: 0.5,
  },
  "an async method": {
    text: "const o = { async m(a) { depth++; return await this.m(a + 1) + 1; } }; " +
      "const down = (a) => o.m(a);",
    left: 0.5,
  },
};

for (const [name, { text, left }] of Object.entries(RECURSIONS)) {
  testNeeding(
    obstacleOfRuntime("node24"),
    `inactive, ${name} recurses to ${left * 100} % of its depth at least`,
    async () => {
      await using place = new Workplace();
      place.write(
        "main.mjs",
        `let depth = 0; ${text} try { await down(1); } catch { console.log(depth); }`,
      );
      const [plain, instrumented] = await Promise.all(
        [[], ["--import", preload]].map(async (flags) => {
          const interpreted = ["--no-opt", "--no-maglev", "--no-sparkplug"];
          const command = [runtimeProgram("node24"), ...interpreted, ...flags, "main.mjs"];
          const { stdout } = await runCommand(command, { cwd: place.path });
          return Number(stdout);
        }),
      );
      ok(plain! > 1000, `${plain}`);
      ok(instrumented! > left * plain!, `${instrumented} of ${plain}`);
    },
  );
}
