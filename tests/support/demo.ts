import { ok } from "node:assert/strict";

import type { Sample } from "./perf.ts";

/** The demo program: foo, called by bar, called by baz, hot for 1.5 s. */
export const demo: string = await Deno.readTextFile(
  new URL("../../lib/demo.ts", import.meta.url),
);

/** The demo with its three functions wrapped by hand; no line moves. */
export const demoByHand: string = demo
  .replace("/*", 'import { withPerf } from "@x/perf"; /*')
  .replace(/^function (\w+)(.*?^)\}/gms, "const $1 = withPerf(function $1$2});");

/** `js::foo:<file>:<line>`, the line being where the demo's source has it. */
export function demoSymbol(name: string, file: string): string {
  const line = demo.split("\n").findIndex((text) => text.startsWith(`function ${name}(`)) + 1;
  ok(line > 0);
  return `js::${name}:${file}:${line}`;
}

/**
 * The percentages of samples in foo with foo <- bar <- baz, and with the program's start as well.
 */
export function measureNesting(
  samples: Sample[],
  file: string,
): { nested: number; whole: number } {
  const chain = ["foo", "bar", "baz"].map((name) => demoSymbol(name, file));
  const inFoo = samples.filter((sample) => sample.includes(chain[0]!));
  ok(inFoo.length > 100, `only ${inFoo.length} of ${samples.length} samples are in foo`);
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
  return { nested: percent(nested), whole: percent(whole) };
}
