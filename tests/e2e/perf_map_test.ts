/*
 * The demo program under real `perf record`: by hand, with its source untouched, and off.
 */
import { deepEqual, equal, ok } from "node:assert/strict";

import { testNeeding } from "../support/needing.ts";
import { obstacleOfPerf, recordProgram, type Sample } from "../support/perf.ts";

const preload = new URL("../../lib/instrument/preload.ts", import.meta.url).href;

const demo = await Deno.readTextFile(new URL("../../lib/command/demo.ts", import.meta.url));

/** The same program, with its three functions wrapped by hand; no line moves. */
const demoByHand = demo
  .replace("/*", 'import { withPerf } from "@x/perf"; /*')
  .replace(/^function (\w+)(.*?^)\}/gms, "const $1 = withPerf(function $1$2});");

/** `js::foo:<file>:<line>`, the line being where the demo's source has it. */
function symbolOf(name: string, file: string): string {
  const line = demo.split("\n").findIndex((text) => text.startsWith(`function ${name}(`)) + 1;
  ok(line > 0);
  return `js::${name}:${file}:${line}`;
}

/** Holds what the issue asks of the samples in foo. */
function checkNesting(samples: Sample[], file: string): void {
  const chain = ["foo", "bar", "baz"].map((name) => symbolOf(name, file));
  const inFoo = samples.filter((sample) => sample.includes(chain[0]!));
  ok(inFoo.length > 500, `only ${inFoo.length} of ${samples.length} samples are in foo`);
  const nested = inFoo.filter((sample) => {
    const positions = chain.map((symbol) => sample.indexOf(symbol));
    return positions[0]! < positions[1]! && positions[1]! < positions[2]!;
  });
  const whole = nested.filter((sample) => sample.includes("__libc_start_call_main"));
  const percent = (part: Sample[]) => 100 * part.length / inFoo.length;
  console.log(
    `${inFoo.length} samples in foo: ${percent(nested).toFixed(1)} % nested, ` +
      `${percent(whole).toFixed(1)} % up to __libc_start_call_main`,
  );
  ok(percent(nested) >= 95, `${percent(nested)} % have foo <- bar <- baz`);
  ok(percent(whole) >= 90, `${percent(whole)} % walk on to __libc_start_call_main`);
}

testNeeding(
  obstacleOfPerf(),
  "perf record shows foo <- bar <- baz, wrapped by hand, at their TypeScript lines",
  async () => {
    const { program, samples } = await recordProgram(demoByHand, { env: { JS_PERF_SUPPORT: "1" } });
    await using _ = program;
    checkNesting(samples, program.file);
  },
);

testNeeding(
  obstacleOfPerf(),
  "perf record shows foo <- bar <- baz <- the module, the source untouched",
  async () => {
    const { program, samples } = await recordProgram(demo, {
      flags: ["--allow-all", `--preload=${preload}`],
      env: { JS_PERF_SUPPORT: "1" },
    });
    await using _ = program;
    checkNesting(samples, program.file);
    const module = `js::<module>:${program.file}`;
    const inBaz = samples.filter((sample) => sample.includes(symbolOf("baz", program.file)));
    const inModule = inBaz.filter((sample) => sample.includes(module));
    ok(inModule.length >= 0.95 * inBaz.length, `${inModule.length} of ${inBaz.length}`);
  },
);

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
    ok(samples.length > 500, `only ${samples.length} samples`);
    deepEqual(samples.filter((sample) => sample.some((name) => name.startsWith("js::"))), []);
    equal(await program.map(), undefined);
  }
});

testNeeding(
  obstacleOfPerf(),
  "perf record leaves out what ran while trampolines were switched off",
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
activateStackTrampoline();
seen();
deactivateStackTrampoline();
unseen();
activateStackTrampoline();
seen();
`,
    );
    await using _ = program;
    const names = new Set(samples.flat().filter((name) => name.startsWith("js::")));
    deepEqual([...names], [`js::seen:${program.file}:7`]);
  },
);
