/*
 * Node programs under the preload that see more of `Error` than the instrumented modules: those whose
 * intrinsics are frozen, and packages that are excluded.
 */
import { equal, match } from "node:assert/strict";

import { Workplace } from "../support/command_process.ts";
import { testNeeding } from "../support/needing.ts";
import { obstacleOfRuntime, runCommand, runtimeProgram } from "../support/other_runtime.ts";

const preload = import.meta.resolve("../../lib/preload.ts");
const obstacle = obstacleOfRuntime("node24");

testNeeding(
  obstacle,
  "a program with frozen intrinsics runs as it is, and one line says so",
  async () => {
    await using place = new Workplace();
    place.write(
      "main.mjs",
      `function named() { return new TypeError("x").message; }
console.log(named(), String(named), Error.stackTraceLimit);
try { null.x; } catch (error) { console.log(error.stack.split("\\n").slice(0, 2)); }`,
    );
    const [plain, hooked] = await Promise.all(
      [[], ["--import", preload]].map((flags) =>
        runCommand([runtimeProgram("node24"), "--frozen-intrinsics", ...flags, "main.mjs"], {
          cwd: place.path,
        })
      ),
    );
    match(plain!.stdout, /main\.mjs:3/);
    equal(hooked!.stdout, plain!.stdout);
    equal(hooked!.code, 0);
    equal(hooked!.stderr.match(/@x\/perf: Cannot instrument .* frozen/g)?.length, 1);
  },
);

testNeeding(obstacle, "a package that is excluded has its own stackTraceLimit", async () => {
  await using place = new Workplace();
  place.write(
    "node_modules/limits/index.js",
    `module.exports = () => {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 3;
  const deep = (n) => n ? deep(n - 1) : new Error("x").stack.split("\\n");
  const stack = deep(9);
  Error.stackTraceLimit = before;
  return [before, Error.stackTraceLimit, ...stack.map((line) => line.replace(/.*\\//, ""))];
};`,
  );
  place.write("main.cjs", `console.log(require("limits")(), Error.stackTraceLimit);`);
  const [plain, hooked] = await Promise.all(
    [[], ["--import", preload]].map((flags) =>
      runCommand([runtimeProgram("node24"), ...flags, "main.cjs"], {
        cwd: place.path,
        env: { JS_PERF_EXCLUDE: "npm:*" },
      })
    ),
  );
  match(plain!.stdout, /^\[\s+10,\s+10,/);
  equal(hooked!.stdout, plain!.stdout, hooked!.stderr);
});
