import { deepEqual, equal, match, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { parseCommandLine } from "../../../lib/command/command_line.ts";
import { parseOptionsOf } from "../../../lib/command/options.ts";
import { builtinReason, decide, onlyPerfs } from "../../../lib/command/profile/decide.ts";
import { DEMO_FREQUENCY } from "../../../lib/perf/perf_record_args.ts";

const app = fileURLToPath(import.meta.resolve("../../support/demo.ts"));

function planOf(...args: string[]) {
  return decide(parseCommandLine(args, parseOptionsOf("profile"), { takesCommand: true }));
}

Deno.test("decide() records the demo where nothing is named, more often than other scripts", () => {
  const demo = planOf();
  match(demo.script!, /\/lib\/demo\.ts$/);
  equal(demo.options.frequency, DEMO_FREQUENCY);
  equal(planOf("-F", "77").options.frequency, 77);
  const other = planOf(app);
  deepEqual([other.script, other.options.frequency], [app, undefined]);
  const command = planOf("--", "sh", "-c", "true");
  deepEqual([command.script, command.options.frequency, command.naming.kind], [
    ...[undefined, undefined, "v8"],
  ]);
});

Deno.test("decide() takes clock and call graph by the way in which functions get their names", () => {
  const of = (...args: string[]) => {
    const { options: { clock, callGraph }, naming } = planOf(...args, app);
    return [naming.kind, clock, callGraph?.method];
  };
  deepEqual(of(), ["v8", "mono", "fp"]);
  deepEqual(of("-X", "perf=0"), ["none", undefined, "fp"]);
  deepEqual(of("-X", "perf_jit", "--engine", "trampolines"), ["trampolines", "mono", "dwarf"]);
  deepEqual(of("-X", "perf_jit", "--engine", "trampolines", "-g")[2], "fp");
  deepEqual(of("--call-graph", "dwarf"), ["trampolines", undefined, "dwarf"]);
  deepEqual(of("--clockid", "monotonic")[1], "monotonic");
});

Deno.test("decide() refuses a clock that names cannot be aligned with", () => {
  throws(() => planOf("--clockid", "tai", app), {
    name: "RangeError",
    message: 'Cannot record with clock "tai": must be mono, as V8\'s log and spans are',
  });
  throws(
    () => planOf("--clockid", "tai", "-X", "perf_jit", "--engine", "trampolines", app),
    /Cannot record a jitdump with clock "tai": must be mono/,
  );
  equal(planOf("--clockid", "tai", "-X", "perf=0", app).options.clock, "tai");
});

Deno.test("decide() refuses numbers that are none", () => {
  for (const value of ["0", "", "1e3", "-1", "1.", "abc"]) {
    throws(
      () => planOf(`--duration=${value}`, app),
      /^RangeError: Cannot record for ".*": must be/,
    );
  }
  deepEqual([planOf("--duration=0.5", app).seconds, planOf(app).seconds], [0.5, undefined]);
  for (const value of ["0x10", "1e3", "", "1.5"]) {
    throws(() => planOf(`--freq=${value}`, app), /^RangeError: Cannot record with frequency ".*"/);
    throws(() => planOf(`--max-stack=${value}`, app), /^RangeError: Cannot record with a stack of/);
  }
  throws(() => planOf("--freq=0", app), RangeError);
  for (const value of ["0", "8193"]) {
    throws(() => planOf(`--max-stack=${value}`, app), {
      name: "RangeError",
      message: `Cannot keep "${value}" frames of a stack: must be a whole number from 1 to 8192`,
    });
  }
  deepEqual([planOf("--max-stack=500", app).maxStack, planOf(app).maxStack], [500, undefined]);
});

Deno.test("decide() refuses what cannot go together, and scripts that are not there", () => {
  throws(() => planOf("--scope=active", "--", "sh"), {
    code: "usage",
    message: "Cannot use --scope with a command: must be a script",
  });
  throws(() => planOf("--engine=trampolines", "--", "sh"), { code: "usage" });
  throws(() => planOf("/no/such/script.ts"), { code: "usage" });
  throws(() => planOf("--pid=1", app), { code: "usage" });
});

Deno.test("onlyPerfs() lists the wishes that the built-in sampler cannot fulfil", () => {
  deepEqual(onlyPerfs(planOf("--duration=1", app)), []);
  deepEqual(onlyPerfs(planOf("--event", "cycles", "--", "sh")), ["a command", "--event"]);
  deepEqual(onlyPerfs(planOf("--call-graph", "dwarf", app))[0], "--call-graph dwarf");
  deepEqual(onlyPerfs(planOf("-X", "perf_jit", "--engine", "trampolines", "-g", app)).slice(0, 1), [
    "-X perf_jit",
  ]);
});

Deno.test("decide() takes real time with its own events, and refuses others beside it", () => {
  equal(planOf("--wall", app).options.isOfRealTime, true);
  equal(planOf(app).options.isOfRealTime, false);
  for (
    const [option, ...value] of [["-e", "cycles"], ["-g"], ["--scope", "active"], ["--top"], [
      ...["--call-graph", "dwarf"],
    ], ["-X", "perf_jit"]]
  ) {
    throws(
      () => planOf("--wall", option!, ...value, app),
      /^PerfError: Cannot use (?:--?\w[\w-]*|-X perf_jit) with --wall: it has events and stacks/,
    );
  }
});

Deno.test("builtinReason() has scripts of real time sample themselves, but no commands", () => {
  match(builtinReason(planOf("--wall", app))!, /callers of waits in the C library/);
  equal(builtinReason(planOf("--wall", "--", "sh", "-c", "true")), undefined);
  equal(builtinReason(planOf(app)), undefined);
});
