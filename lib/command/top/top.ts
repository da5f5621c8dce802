import { parseCommandLine, usageError } from "../command_line.ts";
import { commandHelp } from "../help.ts";
import { parseOptionsOf } from "../options.ts";
import type { Ending } from "../program/child.ts";

/** The help of `top`. */
export const TOP_HELP: string = commandHelp("top", {
  usage: ["top [options] -p PID", "top [options] script [args]", "top [options] -- COMMAND [args]"],
  about: [
    "Shows the hottest functions of the last five seconds, redrawn every second, until the " +
    "program ends: profile --top. A process that runs already has the names that it was " +
    "started with, as by run. Keys: s sorts by self time or by total, a shows all code, the " +
    "runtime's, libraries' and the kernel's too, p pauses, q and " +
    "Ctrl-C quit, which ends a program that was started here. Its output comes when the " +
    "screen is gone. Where there is no terminal, ten lines are printed each second.",
  ],
});

/**
 * Shows the hottest functions while a program runs.
 *
 * @param args The words after `top`.
 * @param profile The command `profile`, which does it.
 * @throws {PerfError} If the command line is wrong, or perf may not record.
 */
export async function top(
  args: readonly string[],
  profile: (args: readonly string[]) => Promise<Ending>,
): Promise<Ending> {
  const line = parseCommandLine(args, parseOptionsOf("top"), { takesCommand: true });
  if (line.options.has("help")) {
    console.log(TOP_HELP);
    return { code: 0, signal: null };
  }
  if (!line.options.has("pid") && line.script === undefined && line.command.length === 0) {
    throw usageError(
      "Cannot show the hottest functions: must be those of -p PID, a script or a command",
    );
  }
  return await profile(["--top", ...args]);
}
