import type { SamplerName } from "../../recording/recording.ts";
import type { Ending } from "../program/child.ts";
import { LoggedProgram } from "../program/logged_script.ts";
import { lastValue, parseCommandLine, usageError } from "../command_line.ts";
import { commandHelp } from "../help.ts";
import { parseOptionsOf } from "../options.ts";
import { checkOutput } from "./output_file.ts";
import { FOR_TERMINALS, writeReports } from "../report/reports.ts";
import { type DecidedSampler, decideSampler, parseSampler } from "./sampler_choice.ts";
import { ScopeControl } from "./scope_control.ts";
import { decide, onlyPerfs, type ProfilePlan, tryPerf } from "./decide.ts";
import type { Trial } from "../../perf/perf_tool.ts";
import { profileTop } from "../top/profile_top.ts";
import { announce, warnOfNoNames } from "./announce.ts";
import { start } from "./start.ts";
import { nothingMeasured, type ProfileRun, type Recorded } from "./recorded_run.ts";
import { profileWithPerf } from "./perf_recording.ts";
import { profileBuiltin } from "./self_recording.ts";

/** The help of `profile`. */
export const PROFILE_HELP: string = commandHelp("profile", {
  usage: [
    "profile [options] [script [args]]",
    "profile [options] -- COMMAND [args]",
    "profile [options] -p PID",
  ],
  about: [
    "Records a script, or any command and all that it starts, and prints the functions " +
    "and lines that take its time, then their calls. V8's log names the functions, the " +
    "lines and what V8 inlined; nothing is instrumented. perf samples " +
    "the program, or the program samples itself where perf may not run. With no " +
    "script it profiles a demo. The exit status is the program's. Ctrl-C ends the " +
    "recording, and the report comes all the same.",
    "With -X perf_jit every function gets a trampoline instead, callers are found " +
    "with unwind information (--call-graph dwarf -k mono), and perf inject merges the " +
    "jitdump into perf.jit.data. Where perf has an option, its name is perf's.",
  ],
});

/** Where the recording goes if nobody says. */
const DEFAULT_OUTPUTS: Readonly<Record<SamplerName, string>> = {
  perf: "perf.data",
  builtin: "recording.json",
};

/**
 * Records a program, and prints the report.
 *
 * @param args The words after `profile`.
 * @returns How the program ended.
 * @throws {PerfError} If the command line is wrong, or nothing can be recorded; then the program has not run.
 * @throws {RangeError} If the value of an option is none that perf takes.
 */
export async function profile(args: readonly string[]): Promise<Ending> {
  const line = parseCommandLine(args, parseOptionsOf("profile"), { takesCommand: true });
  if (line.options.has("help")) {
    console.log(PROFILE_HELP);
    return { code: 0, signal: null };
  }
  const plan = decide(line);
  const sampler = decideSampler(parseSampler(lastValue(line, "sampler")), {
    perfOptions: onlyPerfs(plan),
    tryPerf: () => tryPerf(plan),
  });
  if (line.options.has("top")) return await runTop(plan, sampler);
  const output = plan.options.output ?? DEFAULT_OUTPUTS[sampler.name];
  const before = checkOutput(output);
  if (!plan.report.isQuiet) announce(plan, sampler);
  const program = start(plan, { output, isBuiltin: sampler.name === "builtin" });
  const run: ProfileRun = { ...plan, program, options: { ...plan.options, output } };
  let recorded: Recorded;
  // Not by `using`, which Node has from 24 on.
  const control = new ScopeControl(plan.scope, sampler.name === "perf");
  try {
    Object.assign(program.env, control.variables);
    recorded = sampler.name === "builtin" ? await profileBuiltin(run) : await profileWithPerf(run, {
      event: sampler.trial.event,
      before,
      recordArgs: [...sampler.trial.flags, ...control.recordArgs],
    });
  } finally {
    control[Symbol.dispose]();
    if (program instanceof LoggedProgram) program[Symbol.dispose]();
  }
  const { ending, recordings } = recorded;
  if (recordings.length === 0) throw nothingMeasured(output, ending);
  writeReports(recordings, plan.report, recorded);
  const isPrinted = plan.report.formats.some((format) => FOR_TERMINALS.includes(format));
  if (recorded.foot !== undefined && isPrinted) {
    console.log(recorded.foot);
  }
  if (!plan.report.isQuiet) warnOfNoNames(plan, recordings);
  return ending;
}

/** Options that say what becomes of a recording: `--top` keeps none. */
const FOR_RECORDINGS = ["output", "format", "tree", "keep"];

async function runTop(
  plan: ProfilePlan,
  sampler: DecidedSampler<Trial & { version: string }>,
): Promise<Ending> {
  const unused = FOR_RECORDINGS.find((name) => plan.line.options.has(name));
  if (unused !== undefined || plan.naming.wish.backend === "perf_jit") {
    throw usageError(
      `Cannot use ${unused === undefined ? "-X perf_jit" : `--${unused}`} with --top: ` +
        "it shows recordings of a second each, and keeps none",
    );
  }
  if (sampler.name !== "perf") throw usageError("Cannot use --top with the built-in sampler");
  if (!plan.report.isQuiet) announce(plan, sampler);
  const program = start(plan, { output: undefined, isBuiltin: false });
  const control = new ScopeControl(plan.scope, true);
  try {
    Object.assign(program.env, control.variables);
    return await profileTop({
      program,
      options: { ...plan.options, event: sampler.trial.event },
      recordArgs: [...sampler.trial.flags, ...control.recordArgs],
      seconds: plan.seconds,
    });
  } finally {
    control[Symbol.dispose]();
    if (program instanceof LoggedProgram) program[Symbol.dispose]();
  }
}
