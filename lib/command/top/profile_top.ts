import * as fs from "node:fs";
import process from "node:process";

import { PerfError } from "../../base/perf_error.ts";
import { perfRecordArgs, type PerfRecordOptions } from "../../perf/perf_record_args.ts";
import { SymbolCache } from "../../recording/perf_data/symbol_cache.ts";
import { TopWindow } from "../../report/text/top_window.ts";
import { FollowedLogs } from "../logs/v8_logs.ts";
import { type Ending, runChild } from "../program/child.ts";
import type { ScriptCommand } from "../program/script.ts";
import { readSlices } from "../slices/read_slices.ts";
import { makeSliceDirectory, sliceArg, Slices } from "../slices/slices.ts";
import { ProgramOutput } from "./program_output.ts";
import { printCounts, topView } from "./top_view.ts";

/** Seconds that one recording takes, and how many of them are shown. */
const SLICE = 1;
const SLICES = 5;

/** Ends that a user can ask for from outside. */
const QUIT_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Options of {@linkcode profileTop}. */
export interface TopRun {
  program: ScriptCommand;
  /** Options of `perf record`; its output is not used. */
  options: PerfRecordOptions;
  /** Options of `perf record` besides those. */
  recordArgs: readonly string[];
  /** After how many seconds a program that is started here ends; `undefined` for never. */
  seconds: number | undefined;
}

/**
 * Shows the hottest functions of the last seconds until the program ends or the user quits, then
 * those of all the time. perf writes a recording a second, which is read while it writes the next.
 *
 * @param run The program.
 * @returns How the program ended; well where the user has quit.
 * @throws {PerfError} If no sample was taken.
 */
export async function profileTop(
  { program, options, recordArgs, seconds }: TopRun,
): Promise<Ending> {
  const directory = makeSliceDirectory("top");
  const output = process.stdout.isTTY ? new ProgramOutput(directory) : undefined;
  try {
    const slices = new Slices(directory);
    const { env, begin, finish, launcher = [], pid } = program;
    const command = [...launcher, ...program.command];
    const args = perfRecordArgs({ ...options, command, pid, output: slices.output });
    const window = new TopWindow(SLICES);
    let perf: number | undefined;
    let hasQuit = false;
    const quit = () => {
      hasQuit = true;
      interrupt(perf);
    };
    for (const signal of QUIT_SIGNALS) process.on(signal, quit);
    let ending: Ending;
    try {
      begin?.();
      const child = runChild(
        ["perf", "record", "--quiet", sliceArg(SLICE), ...recordArgs, ...args],
        {
          env,
          signals: [],
          started: (started) => perf = started,
          limit: pid !== undefined || seconds === undefined
            ? undefined
            : { seconds, signal: "SIGINT" },
          stdio: output?.stdio,
        },
      );
      ending = await showSlices(child, { slices, window, quit });
    } finally {
      // Where reading has failed, perf would go on for good.
      interrupt(perf);
      for (const signal of QUIT_SIGNALS) process.off(signal, quit);
      finish?.();
      output?.print();
    }
    if (window.all().total > 0) printCounts(window.all(), { title: "all the time", window });
    else if (ending.code === 0) throw nothingMeasured();
    // perf has then ended of its signal, and has ended the program by one, as the user wished.
    return hasQuit || pid !== undefined ? { code: 0, signal: null } : ending;
  } finally {
    output?.[Symbol.dispose]();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

async function showSlices(
  child: Promise<Ending>,
  { slices, window, quit }: { slices: Slices; window: TopWindow; quit: () => void },
): Promise<Ending> {
  const followed = new FollowedLogs();
  const symbols = new SymbolCache();
  const view = topView({ seconds: SLICE * SLICES, onQuit: quit });
  try {
    return await readSlices(child, slices, { followed, symbols }, ({ recordings }) => {
      window.add(recordings[0]);
      view.show(window);
    });
  } finally {
    view[Symbol.dispose]();
    followed[Symbol.dispose]();
    await symbols.settled();
  }
}

function nothingMeasured(): PerfError {
  return new PerfError("Cannot show the hottest functions: nothing was measured", {
    code: "perf",
    hint: "time that a program waits is not measured",
  });
}

/** Has perf end its recording, and the program that it has started. */
function interrupt(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, "SIGINT");
  } catch {
    // It has ended.
  }
}
