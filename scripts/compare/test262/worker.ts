/** Runs the tests that standard input lists, and writes their results to standard output. */
import { readFileSync, rmSync, writeSync } from "node:fs";
import process from "node:process";

import { perfMapPath } from "../../../lib/backends/perf_map/perf_map.ts";
import type { Batch, Report } from "./batch.ts";
import { evaluate, type Run } from "./evaluation.ts";
import { leftMode, type Mode, takeUnparsed } from "./instrument.ts";
import { readTest, variantsOf } from "./suite.ts";

const MODES: readonly Mode[] = ["plain", "inactive", "active"];

async function main(): Promise<void> {
  const { suite, goal, paths, only } = JSON.parse(readFileSync(0, "utf8")) as Batch;
  // Some tests leave rejected promises behind, which must not end the process.
  process.on("unhandledRejection", () => {});
  for (const path of paths) {
    const test = readTest(suite, path);
    for (const variant of variantsOf(test)) {
      for (const mode of only === undefined ? MODES : [only]) {
        if (await runOnce({ suite, test, variant, goal, mode }) && mode === "plain") break;
      }
    }
  }
  rmSync(perfMapPath(process.pid), { force: true });
  process.exit(0);
}

async function runOnce(run: Run): Promise<string | undefined> {
  const { test: { path }, variant, mode } = run;
  say({ path, variant, mode, ended: false });
  const reason = await evaluate(run) ?? (leftMode(mode) ? "trampolines went off" : undefined);
  // A negative test may have wrong syntax on purpose, so it does not count as unparsed.
  const unparsed = takeUnparsed() && run.test.negative === undefined;
  say({ path, variant, mode, ended: true, reason, unparsed });
  return reason;
}

function say(report: Report): void {
  writeSync(1, `${JSON.stringify(report)}\n`);
}

if (import.meta.main) await main();
