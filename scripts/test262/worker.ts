/** Runs the tests that standard input lists; standard output says what came of each. */
import { perfMapPath } from "../../lib/perf_map.ts";
import type { Batch, Report } from "./batch.ts";
import { evaluate, type Run } from "./evaluation.ts";
import { leftMode, type Mode } from "./instrument.ts";
import { readTest, variantsOf } from "./suite.ts";

const MODES: readonly Mode[] = ["plain", "inactive", "active"];

async function main(): Promise<void> {
  const { suite, goal, paths } = await new Response(Deno.stdin.readable).json() as Batch;
  // Tests leave promises behind that nobody waits for.
  addEventListener("unhandledrejection", (event) => event.preventDefault());
  for (const path of paths) {
    const test = readTest(suite, path);
    for (const variant of variantsOf(test)) {
      for (const mode of MODES) {
        if (await runOnce({ suite, test, variant, goal, mode }) && mode === "plain") break;
      }
    }
  }
  Deno.removeSync(perfMapPath(Deno.pid));
  Deno.exit(0);
}

async function runOnce(run: Run): Promise<string | undefined> {
  const { test: { path }, variant, mode } = run;
  say({ path, variant, mode, ended: false });
  const reason = await evaluate(run) ?? (leftMode(mode) ? "trampolines went off" : undefined);
  say({ path, variant, mode, ended: true, reason });
  return reason;
}

const encoder = new TextEncoder();

function say(report: Report): void {
  Deno.stdout.writeSync(encoder.encode(`${JSON.stringify(report)}\n`));
}

if (import.meta.main) await main();
