/*
 * The demo program under real `perf record`: by hand, with its source untouched, and off.
 */
import { deepEqual, equal, ok } from "node:assert/strict";

import { demo, demoByHand, demoSymbol, measureNesting } from "../support/demo.ts";
import { ENGINES } from "../support/engines.ts";
import { testNeeding } from "../support/needing.ts";
import { obstacleOfPerf, recordProgram, type Sample } from "../support/perf.ts";

const preload = new URL("../../lib/preload.ts", import.meta.url).href;

/** Checks the nesting of the samples in foo. */
function checkNesting(samples: Sample[], file: string): void {
  const { nested, whole } = measureNesting(samples, file);
  ok(nested >= 95, `${nested} % have foo <- bar <- baz`);
  ok(whole >= 90, `${whole} % walk on to __libc_start_call_main`);
}

for (const engine of ENGINES) {
  const env = { JS_PERF_SUPPORT: "1", JS_PERF_ENGINE: engine };

  testNeeding(
    obstacleOfPerf(),
    `perf record shows foo <- bar <- baz, wrapped by hand, at their TypeScript lines, engine "${engine}"`,
    async () => {
      const { program, samples } = await recordProgram(demoByHand, { env });
      await using _ = program;
      checkNesting(samples, program.file);
    },
  );

  testNeeding(
    obstacleOfPerf(),
    `perf record shows foo <- bar <- baz <- the module, the source untouched, engine "${engine}"`,
    async () => {
      const { program, samples } = await recordProgram(demo, {
        flags: ["--allow-all", `--preload=${preload}`],
        env,
      });
      await using _ = program;
      checkNesting(samples, program.file);
      const module = `js::<module>:${program.file}`;
      const inBaz = samples.filter((sample) => sample.includes(demoSymbol("baz", program.file)));
      const inModule = inBaz.filter((sample) => sample.includes(module));
      ok(inModule.length >= 0.95 * inBaz.length, `${inModule.length} of ${inBaz.length}`);
    },
  );

  testNeeding(
    obstacleOfPerf(),
    `perf record leaves out what ran while trampolines were switched off, engine "${engine}"`,
    async () => {
      const { program, samples } = await recordProgram(
        `
import { activateStackTrampoline, deactivateStackTrampoline, withPerf } from "@x/perf";
let sum = 0;
function spin(milliseconds: number) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) sum = (sum * 31 + 1) | 0;
}
const seen = withPerf(function seen() { spin(400); });
const unseen = withPerf(function unseen() { spin(400); });
const engine = "${engine}";
activateStackTrampoline("perf", { engine });
seen();
deactivateStackTrampoline();
unseen();
activateStackTrampoline("perf", { engine });
seen();
`,
      );
      await using _ = program;
      const names = new Set(samples.flat().filter((name) => name.startsWith("js::")));
      deepEqual([...names], [`js::seen:${program.file}:7`]);
    },
  );
}

testNeeding(obstacleOfPerf(), "perf record shows no js:: frame while all is off", async () => {
  for (
    const [source, flags] of [
      [demoByHand, ["--allow-all"]],
      [demo, ["--allow-all", `--preload=${preload}`]],
      [demo, ["--allow-all"]],
    ] as const
  ) {
    const { program, samples } = await recordProgram(source, { flags });
    await using _ = program;
    ok(samples.length > 200, `only ${samples.length} samples`);
    deepEqual(samples.filter((sample) => sample.some((name) => name.startsWith("js::"))), []);
    equal(await program.map(), undefined);
  }
});
