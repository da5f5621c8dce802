import { deepEqual, throws } from "node:assert/strict";

import { decideSampler, parseSampler } from "../../../lib/command/program/sampler_choice.ts";
import { PerfError } from "../../../lib/base/perf_error.ts";

const works = () => ({ version: "perf 6.12.95" });

function fails(): { version: string } {
  throw new PerfError("Cannot run perf: it is not on PATH", { code: "perf", hint: "install it" });
}

Deno.test("parseSampler() takes three names, and is auto by default", () => {
  deepEqual([undefined, "auto", "perf", "builtin"].map((name) => parseSampler(name)), [
    "auto",
    "auto",
    "perf",
    "builtin",
  ]);
  throws(() => parseSampler("Perf"), RangeError);
});

Deno.test("decideSampler() prefers perf, with its version as the reason", () => {
  const perfOptions = ["--event"];
  const expected = { name: "perf", trial: works(), reason: "perf 6.12.95" } as const;
  deepEqual(decideSampler("auto", { perfOptions, tryPerf: works }), expected);
  deepEqual(decideSampler("perf", { perfOptions, tryPerf: works }), expected);
});

Deno.test("decideSampler() falls back if perf fails, and says why", () => {
  deepEqual(decideSampler("auto", { perfOptions: [], tryPerf: fails }), {
    name: "builtin",
    reason: "Cannot run perf: it is not on PATH (for perf: install it)",
  });
});

Deno.test("decideSampler() does not fall back if only perf will do, or on a bug", () => {
  throws(() => decideSampler("perf", { perfOptions: [], tryPerf: fails }), PerfError);
  throws(() => decideSampler("auto", { perfOptions: ["--event"], tryPerf: fails }), PerfError);
  const bug = () => {
    throw new TypeError("a bug");
  };
  throws(() => decideSampler("auto", { perfOptions: [], tryPerf: bug }), TypeError);
});

Deno.test("decideSampler() does not try perf if the built-in sampler is wanted", () => {
  const tryPerf = () => {
    throw new Error("tried");
  };
  deepEqual(decideSampler("builtin", { perfOptions: [], tryPerf }), {
    name: "builtin",
    reason: "--sampler builtin",
  });
  throws(
    () => decideSampler("builtin", { perfOptions: ["-X perf_jit"], tryPerf }),
    /Cannot use -X perf_jit with the built-in sampler: only perf has it/,
  );
});

Deno.test("decideSampler() takes the built-in sampler where it is better, unless perf is asked for", () => {
  const builtinReason = "Node waits where perf loses callers";
  const options = { perfOptions: [], tryPerf: works, builtinReason };
  deepEqual(decideSampler("auto", options), { name: "builtin", reason: builtinReason });
  deepEqual(decideSampler("perf", options).name, "perf");
  deepEqual(decideSampler("auto", { ...options, perfOptions: ["a command"] }).name, "perf");
});
