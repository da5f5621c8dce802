import type { SamplerName } from "../../recording/recording.ts";
import type { Ending } from "../program/child.ts";
import { LoggedProgram } from "../program/logged_script.ts";
import { lastValue, parseCommandLine, usageError } from "../command_line.ts";
import { commandHelp } from "../help.ts";
import { parseOptionsOf } from "../options.ts";
import { checkOutput } from "./output_file.ts";
import { FOR_TERMINALS, writeReports } from "../report/reports.ts";
import { ofChosenSpans, readSpans } from "../report/span_choice.ts";
import { beginSpans } from "./begin_spans.ts";
import { RecordedWaits } from "./recorded_waits.ts";
import { type DecidedSampler, decideSampler, parseSampler } from "../program/sampler_choice.ts";
import { ScopeControl } from "./scope_control.ts";
import { builtinReason, decide, onlyPerfs, type ProfilePlan, tryPerf } from "./decide.ts";
import type { Trial } from "../../perf/perf_tool.ts";
import { profileTop } from "../top/profile_top.ts";
import { pushRecordings } from "../push/push_recordings.ts";
import { announce } from "./announce.ts";
import { hasFailedEarly, notesOnOtherProcesses, warnOfNoNames } from "./missing_names.ts";
import { heapKindOf } from "./heap/heap_plan.ts";
import { profileHeap } from "./heap/heap_profile.ts";
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
    "Records a script, or any command with all programs that it starts, and prints the " +
    "functions and lines that take its time, then their calls. Names, lines and inlined " +
    "functions come from V8's log; nothing is instrumented. perf samples the program, " +
    "or the program samples itself where perf may not run. Without a script it profiles " +
    "a demo. The exit status is the program's. Ctrl-C ends the recording, and the " +
    "report is still printed.",
    "With -X perf_jit every function gets a trampoline instead, perf finds callers by " +
    "unwind information (--call-graph dwarf -k mono), and perf inject merges the jitdump " +
    "into perf.jit.data. Options that perf has too have perf's names.",
  ],
});

/** The default file of the recording. */
const DEFAULT_OUTPUTS: Readonly<Record<SamplerName, string>> = {
  perf: "perf.data",
  builtin: "recording.json",
};

/**
 * Records a program, and prints the report.
 *
 * @param args The words after `profile`.
 * @returns The program's ending.
 * @throws {PerfError} If the command line is wrong, or nothing can be recorded; then the program
 * has not run.
 * @throws {RangeError} If the value of an option is none that perf takes.
 */
export async function profile(args: readonly string[]): Promise<Ending> {
  const line = parseCommandLine(args, parseOptionsOf("profile"), { takesCommand: true });
  if (line.options.has("help")) {
    console.log(PROFILE_HELP);
    return { code: 0, signal: null };
  }
  const heap = heapKindOf(line);
  if (heap !== undefined) return await profileHeap(line, heap);
  const plan = decide(line);
  const sampler = decideSampler(parseSampler(lastValue(line, "sampler")), {
    perfOptions: onlyPerfs(plan),
    tryPerf: () => tryPerf(plan),
    builtinReason: builtinReason(plan),
  });
  if (line.options.has("top")) return await runTop(plan, sampler);
  const output = plan.options.output ?? DEFAULT_OUTPUTS[sampler.name];
  const before = checkOutput(output);
  if (!plan.report.isQuiet) announce(plan, sampler);
  const program = start(plan, { output, isBuiltin: sampler.name === "builtin" });
  const run: ProfileRun = { ...plan, program, options: { ...plan.options, output } };
  let recorded: Recorded;
  // No `using`, which Node has from 24 on only.
  const control = new ScopeControl(plan.scope, sampler.name === "perf");
  const waits = new RecordedWaits(output, plan.hasWaits);
  try {
    Object.assign(program.env, control.variables, beginSpans(output, plan.hasSpans));
    Object.assign(program.env, waits.variables);
    recorded = sampler.name === "builtin" ? await profileBuiltin(run) : await profileWithPerf(run, {
      event: sampler.trial.event,
      before,
      recordArgs: [...sampler.trial.flags, ...control.recordArgs],
    });
    waits.read();
  } finally {
    control[Symbol.dispose]();
    waits[Symbol.dispose]();
    if (program instanceof LoggedProgram) program[Symbol.dispose]();
  }
  const { ending, recordings } = recorded;
  const { isQuiet } = plan.report;
  if (hasFailedEarly(run, recorded)) {
    if (!isQuiet) {
      console.error(
        `note: no report, since the program ended with status ${ending.code} before a function ` +
          "of its own was seen",
      );
    }
    return ending;
  }
  if (recordings.length === 0) {
    const { reached } = recorded;
    throw nothingMeasured(output, { scope: plan.scope, ending, sampler: sampler.name, reached });
  }
  if (!isQuiet) {
    const notes = [...recorded.notes ?? [], ...notesOnOtherProcesses(run, recorded)];
    for (const note of notes) console.error(note);
  }
  await writeReports(ofChosenSpans(recordings, plan.spanChoice), plan.report, recorded);
  const spans = plan.hasSpans ? readSpans(output) : undefined;
  const command = program.command;
  for (
    const { path, notes, recordings: waiting } of waits.end({
      command,
      spans,
      running: recordings[0],
    })
  ) {
    if (!isQuiet) { for (const note of notes) console.error(note); }
    await writeReports(ofChosenSpans(waiting, plan.spanChoice), plan.report, { recording: path });
  }
  const isPrinted = plan.report.formats.some((format) => FOR_TERMINALS.includes(format));
  if (recorded.foot !== undefined && isPrinted) {
    console.log(recorded.foot);
  }
  if (plan.push !== undefined) await pushRecordings(plan.push, recordings, isQuiet);
  if (!isQuiet) warnOfNoNames(run, recorded);
  return ending;
}

/** Options that say what becomes of a recording: `--top` keeps none. */
const FOR_RECORDINGS = ["output", "format", "tree", "keep", "push"];

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
