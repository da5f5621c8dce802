import { deepEqual } from "node:assert/strict";

import {
  obstacleOfRuntime,
  type OtherRuntime,
  REPOSITORY,
  runCommand,
  runtimeProgram,
} from "../support/other_runtime.ts";
import { testNeeding } from "../support/needing.ts";

/** Those that run TypeScript; the package's end-to-end tests have Node 20 too. */
const RUNTIMES: readonly OtherRuntime[] = ["node22", "node24", "node26", "bun"];

for (const runtime of RUNTIMES) {
  testNeeding(
    obstacleOfRuntime(runtime),
    `openByNodeApi() provides all functions, with whole calls and stacks, in ${runtime}`,
    async () => {
      const program = `${REPOSITORY}tests/support/napi_program.ts`;
      const ended = await runCommand([runtimeProgram(runtime), program], { cwd: REPOSITORY });
      deepEqual({ ...ended, stderr: "" }, { code: 0, stdout: "ok\n", stderr: "" }, ended.stderr);
    },
  );
}
