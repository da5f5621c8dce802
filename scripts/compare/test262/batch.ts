import { fileURLToPath } from "node:url";

import type { Goal } from "./evaluation.ts";
import type { Mode } from "./instrument.ts";
import type { Variant } from "./suite.ts";

/** Tests that one process runs. */
export interface Batch {
  suite: string;
  goal: Goal;
  paths: readonly string[];
  /** The program of Node, where the tests are to run in Node. */
  node?: string;
  /** The only mode; `recorded` is plain with awaits and spans recorded. @default {all but recorded} */
  only?: "plain" | "recorded";
}

/** A report of a process: a run begins, or has ended, with the reason if it failed. */
export interface Report {
  path: string;
  variant: Variant;
  mode: Mode;
  ended: boolean;
  reason?: string;
  /** Whether the instrumenter's parser did not know its syntax, so that it ran uninstrumented. */
  unparsed?: boolean;
}

/** The time after which a run's process is given up, in milliseconds. */
const PATIENCE = 20_000;

/**
 * Runs tests in a process of their own. If a test ends or hangs the process, another process runs
 * the tests that are left.
 *
 * @param run Starts the process: its input is the batch, its output the reports.
 * @param told Called with every run that has ended.
 */
export async function runBatch(batch: Batch, told: (report: Report) => void): Promise<void> {
  let { paths } = batch;
  while (paths.length > 0) {
    let last: Report | undefined;
    const { code } = await runProcess({ ...batch, paths }, (report) => {
      last = report;
      if (report.ended) told(report);
    });
    if (code === 0) return;
    if (last === undefined) throw new Error(`Cannot run tests: the process ended with ${code}`);
    told({ ...last, ended: true, reason: `the process ended with status ${code}` });
    paths = paths.slice(paths.indexOf(last.path) + 1);
  }
}

async function runProcess(
  batch: Batch,
  told: (report: Report) => void,
): Promise<Deno.CommandStatus> {
  const worker = fileURLToPath(import.meta.resolve("./worker.ts"));
  const recorder = new URL("../../../lib/sampler_preload.ts", import.meta.url).href;
  const isRecorded = batch.only === "recorded";
  const variables = isRecorded
    ? { JS_PERF_WAITS: Deno.makeTempFileSync(), JS_PERF_SPANS: Deno.makeTempFileSync() }
    : undefined;
  const process = new Deno.Command(batch.node ?? Deno.execPath(), {
    args: batch.node === undefined
      ? ["run", "--allow-all", "--no-lock", ...isRecorded ? [`--preload=${recorder}`] : [], worker]
      : [
        "--experimental-vm-modules",
        "--no-warnings",
        ...isRecorded ? ["--experimental-transform-types", `--import=${recorder}`] : [],
        worker,
      ],
    env: variables,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const watch = () => setTimeout(() => process.kill("SIGKILL"), PATIENCE);
  let watchdog = watch();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(batch)));
  await writer.close();
  let rest = "";
  for await (const chunk of process.stdout.pipeThrough(new TextDecoderStream())) {
    clearTimeout(watchdog);
    watchdog = watch();
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    for (const line of lines) told(JSON.parse(line));
  }
  clearTimeout(watchdog);
  for (const path of Object.values<string>(variables ?? {})) Deno.removeSync(path);
  return await process.status;
}
