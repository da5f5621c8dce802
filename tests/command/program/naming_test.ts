import { equal, throws } from "node:assert/strict";

import { decideNaming, type NamingOptions } from "../../../lib/command/program/naming.ts";
import { parseCommandLine } from "../../../lib/command/command_line.ts";
import { parseOptionsOf } from "../../../lib/command/options.ts";

const DENO: NamingOptions["runtime"] = { name: "deno", version: "2.9.6" };

function decide(
  text: string,
  { env = {}, ...options }: Partial<NamingOptions> & { env?: Record<string, string> } = {},
) {
  const line = parseCommandLine(text.split(" ").filter(Boolean), parseOptionsOf("profile"));
  const read = (name: string) => env[name];
  return decideNaming(line, { read, runtime: DENO, isOnByDefault: true, ...options });
}

const CASES: [line: string, kind: string, backend: string | undefined, engine: string][] = [
  ["", "v8", "perf", "auto"],
  ["-X perf", "v8", "perf", "auto"],
  ["-X perf=0", "none", undefined, "auto"],
  ["-X perf_jit", "trampolines", "perf_jit", "auto"],
  ["--engine v8", "v8", "perf", "auto"],
  ["--engine auto", "v8", "perf", "auto"],
  ["--engine trampolines", "trampolines", "perf", "auto"],
  ["--engine wasm", "trampolines", "perf", "wasm"],
  ["--engine native", "trampolines", "perf", "native"],
  ["--all-lines", "v8", "perf", "auto"],
  ["-p 1", "trampolines", "perf", "auto"],
  ["--call-graph dwarf,4096", "trampolines", "perf", "auto"],
  ["--call-graph fp", "v8", "perf", "auto"],
];

for (const [line, kind, backend, engine] of CASES) {
  Deno.test(`decideNaming() of "${line}" is ${kind}`, () => {
    const naming = decide(line);
    equal(naming.kind, kind);
    equal(naming.wish.backend, backend);
    equal(naming.wish.engine, engine);
  });
}

Deno.test("decideNaming() takes trampolines if V8's log is impossible, and says why", () => {
  const runtimes: [NamingOptions["runtime"], RegExp | undefined][] = [
    [{ name: "bun", version: "1.4.5" }, /JavaScriptCore/],
    [{ name: "node", version: "18.20.0" }, /older than 20/],
    [{ name: "node", version: "20.0.0" }, undefined],
  ];
  for (const [runtime, reason] of runtimes) {
    const naming = decide("", { runtime });
    equal(naming.kind, reason === undefined ? "v8" : "trampolines");
    if (reason !== undefined) equal(reason.test(naming.reason), true, naming.reason);
  }
  const limited = decide("", { logObstacle: "files are limited" });
  equal(limited.kind, "trampolines");
  equal(limited.reason, "files are limited");
});

Deno.test("decideNaming() leaves withPerf() to the program by default", () => {
  equal(decide("", { isOnByDefault: false }).wish.backend, undefined);
  equal(decide("-X perf", { isOnByDefault: false }).wish.backend, "perf");
  const env = { JS_PERF_SUPPORT: "1" };
  equal(decide("", { isOnByDefault: false, env }).wish.backend, "perf");
  equal(decide("-X perf=0", { isOnByDefault: false, env }).kind, "none");
});

Deno.test("decideNaming() refuses options that --engine v8 cannot serve, and unknown engines", () => {
  throws(() => decide("--engine v8 -X perf_jit"), /Cannot use --engine v8: -X perf_jit/);
  throws(() => decide("--engine v8 -p 1"), /Cannot use --engine v8: -p/);
  throws(() => decide("--all-lines --engine wasm"), /--engine wasm has no lines/);
  throws(
    () => decide("--engine nope"),
    /"nope" of --engine: must be one of auto, v8, trampolines, wasm, native/,
  );
});
