import { deepEqual, equal, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { parseCommandLine } from "../../../../lib/command/command_line.ts";
import { parseOptionsOf } from "../../../../lib/command/options.ts";
import { decideHeap, heapKindOf } from "../../../../lib/command/profile/heap/heap_plan.ts";

const SCRIPT = fileURLToPath(import.meta.resolve("../../../support/hot_program.ts"));

function lineOf(...args: string[]) {
  return parseCommandLine(args, parseOptionsOf("profile"), { takesCommand: true });
}

function planOf(...args: string[]) {
  const line = lineOf(...args, SCRIPT);
  return decideHeap(line, heapKindOf(line)!);
}

Deno.test("heapKindOf() tells which memory is wanted, and that none is", () => {
  deepEqual(
    [["--alloc"], ["--live"], []].map((args) => heapKindOf(lineOf(...args))),
    ["alloc", "live", undefined],
  );
});

Deno.test("heapKindOf() refuses both at once, and options of memory without one of them", () => {
  throws(() => heapKindOf(lineOf("--alloc", "--live")), /Cannot use --alloc with --live/);
  for (const option of ["--snapshot-signal=SIGUSR2", "--no-inlining"]) {
    throws(() => heapKindOf(lineOf(option)), /without --alloc or --live/);
  }
});

Deno.test("decideHeap() reads the interval as a size", () => {
  equal(planOf("--alloc").wish.interval, 1024 * 1024);
  equal(planOf("--alloc", "--interval", "64K").wish.interval, 65_536);
  equal(planOf("--alloc", "--interval", "100").wish.interval, 100);
  throws(() => planOf("--alloc", "--interval", "2G"), RangeError);
});

Deno.test("decideHeap() names the recording by the memory that it has", () => {
  equal(planOf("--alloc").output, "alloc.json");
  equal(planOf("--live").output, "live.json");
  equal(planOf("--live", "-o", "x.json").output, "x.json");
});

Deno.test("decideHeap() refuses options that are for recordings of time", () => {
  for (
    const option of ["-F=99", "--event=cycles", "--sampler=perf", "--engine=v8", "--max-size=1G"]
  ) {
    throws(() => planOf("--live", option), /with --live: it is for recordings of time/, option);
  }
  throws(() => planOf("--live", "-p", "1"), /must be started with it/);
  throws(() => planOf("--live", "--format", "cpuprofile"), /it has times only/);
  const line = lineOf("--alloc", "--", "npm", "test");
  throws(() => decideHeap(line, "alloc"), /must be a script/);
});
