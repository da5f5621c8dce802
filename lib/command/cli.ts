/**
 * The command: `run`, `profile`, `top`, `report`, `annotate`, `diff` and `doctor`.
 *
 * ```sh
 * deno run -A jsr:@x/perf/cli profile app.ts
 * ```
 *
 * @module
 */
import process from "node:process";

import { PerfError } from "../base/perf_error.ts";
import { isPermissionError } from "../runtime/runtime.ts";
import { endAs, type Ending } from "./program/child.ts";
import { annotate } from "./annotate/annotate.ts";
import { diff } from "./report/diff.ts";
import { doctor } from "./doctor/doctor.ts";
import { removeLockCopies } from "./program/lock_copy.ts";
import { usageError } from "./command_line.ts";
import { nearestWord } from "./nearest_word.ts";
import { profile } from "./profile/profile.ts";
import { report } from "./report/report.ts";
import { top } from "./top/top.ts";
import { run } from "./run/run.ts";

export type { Ending };

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<Ending>>> = {
  run,
  profile,
  top: (args) => top(args, profile),
  report,
  annotate,
  diff,
  doctor,
};

const HELP = `Usage: <command> [options]

Commands:
  run [options] script [args]        run a script with every function named for perf
  profile [options] [script [args]]  record a script, and print the report
  top [options] -p PID | script      show the hottest functions while a program runs
  report [options] [FILE]            report a recording as text, flame graph and more
  annotate [options] FUNCTION|FILE [RECORDING]
                                     print its lines with the time that they took
  diff [options] BEFORE AFTER        compare two recordings
  doctor [--json]                    show what works here, what does not, and the mend

<command> --help lists the options of a command.
`;

/**
 * Runs the command.
 *
 * @param args The words of the command line, from the command's name on.
 * @returns The ending of the command, or of the program that it ran.
 */
export async function main(args: readonly string[]): Promise<Ending> {
  const [name, ...rest] = args;
  try {
    if (name === "--help" || name === "-h") {
      console.log(HELP.trimEnd());
      return { code: 0, signal: null };
    }
    return await commandNamed(name)(rest);
  } catch (error) {
    return { code: explain(error), signal: null };
  } finally {
    removeLockCopies();
  }
}

function commandNamed(name: string | undefined): (args: readonly string[]) => Promise<Ending> {
  const known = Object.keys(COMMANDS);
  const names = known.join(", ");
  if (name === undefined) {
    throw usageError(`Cannot start: no command is named, must be one of ${names}`);
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    throw usageError(`Cannot start command "${name}": it is unknown, must be one of ${names}`, {
      meant: nearestWord(name, known),
    });
  }
  return COMMANDS[name]!;
}

/**
 * Prints an expected error, and returns the exit status. Other errors are bugs: they are thrown on.
 */
function explain(error: unknown): number {
  const isObstacle = error instanceof PerfError || error instanceof RangeError ||
    isPermissionError(error) || (error as { code?: string }).code === "EACCES";
  if (!isObstacle) throw error;
  console.error(`error: ${(error as Error).message}`);
  if (error instanceof PerfError && error.hint !== undefined) console.error(`hint: ${error.hint}`);
  const isUsage = error instanceof RangeError ||
    (error instanceof PerfError && error.code === "usage");
  return isUsage ? 2 : 1;
}

if (import.meta.main) await endAs(await main(process.argv.slice(2)));
