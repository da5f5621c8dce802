import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { parseCallGraph } from "../call_graph.ts";
import { PerfError } from "../perf_error.ts";
import { DEFAULT_FREQUENCY, perfRecordArgs, type PerfRecordOptions } from "../perf_record_args.ts";
import { currentPlatform, readVariable, trampolineObstacle } from "../runtime.ts";
import { nextSize, showsApp } from "../report/advice.ts";
import type { Recording, SamplerName } from "../recording/recording.ts";
import { encodeRecording } from "../recording/recording_file.ts";
import type { Scope } from "../sampler/scope.ts";
import { siblingModule } from "../sibling_module.ts";
import { findLogs } from "../v8_log/log_directory.ts";
import { parseLogName } from "../v8_log/log_name.ts";
import { recordBuiltin } from "./builtin_recording.ts";
import { attachedProgram, processOf } from "./attach.ts";
import { type Ending, runChild, type Signal } from "./child.ts";
import { checkJitVersion, InjectedRecording } from "./jit_recording.ts";
import { LoggedProgram } from "./logged_script.ts";
import { NamespaceMaps } from "./namespace_maps.ts";
import { logObstacle } from "./log_obstacle.ts";
import { decideNaming, type Naming } from "./naming.ts";
import {
  type CommandLine,
  lastValue,
  parseCommandLine,
  PROFILE_OPTIONS,
  usageError,
} from "./options.ts";
import { newerPerfCommand } from "./perf_failure.ts";
import { findPerf, readText, type Trial, tryRecording, withoutInterrupts } from "./perf_tool.ts";
import { checkOutput, type FileState, fileState } from "./recording.ts";
import { Progress } from "./progress.ts";
import { readRecordings } from "./recorded.ts";
import { watchRecording } from "./recording_progress.ts";
import { decideReport, type ReportWish, writeReports } from "./reports.ts";
import { decideSampler, parseSampler } from "./sampler_choice.ts";
import { ScopeControl, scopeOf } from "./scope_control.ts";
import {
  checkScript,
  plainCommand,
  requireScript,
  type ScriptCommand,
  scriptCommand,
  warnOfMissingFlags,
} from "./script.ts";
import { readFoundLogs } from "./v8_logs.ts";

/** The help of `profile`. */
export const PROFILE_HELP = `Usage: profile [options] [script [args]]
       profile [options] -- COMMAND [args]
       profile [options] -p PID

Records a script, or any command and all that it starts, and prints the report: callers
above what they call, frames without a name left out. V8's log names the functions, the
lines and what V8 inlined; nothing is instrumented. perf samples the program, or the
program samples itself where perf may not run. With no script it profiles a demo. The
exit status is the program's. Ctrl-C ends the recording, and the report comes all the
same. With -X perf_jit every function gets a trampoline instead, callers are found with
unwind information (--call-graph dwarf -k mono), and perf inject merges the jitdump
into perf.jit.data.

Options, with perf's own names:
  --sampler auto|perf|builtin
                           who samples: perf where it may, else the program itself (auto)
  -p, --pid PID            record a program that runs already, until Ctrl-C or --duration
  --scope all|active|measure:NAME
                           record all, or while trampolines are on, or from the program's
                           performance.mark(NAME) to its performance.measure(NAME)
  --duration SECONDS       end the recording then, and the script with it
  -F, --freq N             samples per second (9999)
  -g                       find callers along the frame pointers; this is the default,
                           except with -X perf_jit
  --call-graph fp|dwarf[,SIZE]
                           how callers are found; SIZE in bytes, at most 65528 (8192)
  -e, --event EVENT        what is counted (cycles, or cpu-clock where there are none)
  -o, --output FILE        where the recording goes (perf.data or recording.json)
  -k, --clockid CLOCK      the clock of the timestamps; V8's log and a jitdump need mono
  -m, --mmap-pages N       size of perf's buffer, in pages or as 16M

Options of run:
  -X perf                  name functions; this is the default. -X perf=0 names nothing
  -X perf_jit              instrument every function, with a jitdump instead of a perf map
  --engine NAME            how functions get their names: auto; v8 by V8's log; trampolines
                           in all of them, made by wasm or native
  --all-lines              have Node compile all code at its first call, as Deno does under
                           V8's log, so that all of it has lines (Node 26)
  --toggle-signal NAME     the signal that turns trampolines on and off, as SIGUSR2; with -p
                           it is sent before and after the recording
  --runtime-args TEXT      flags for the runtime instead of -A
  --include PATTERNS       what trampolines instrument: src/**, *_api.ts, npm:acorn
  --exclude PATTERNS       what they do not, whatever --include says
  -v, --verbose            list the functions and files that are left as they are, and why
  --keep                   keep the jitdump and the files that perf inject makes of it
  -h, --help               this text

Options of report:
  --format LIST            how, one or several of perf (text), html, folded, speedscope
                           and pprof with commas between; files go beside the recording
  --app-only               only functions of the program and of its packages
  -q, --quiet              nothing on standard error but errors
`;

/** perf ends the recording, and keeps it, on these; any other would lose it. */
const PERF_SIGNALS: readonly Signal[] = ["SIGINT", "SIGTERM"];

/**
 * Records a program, and prints the report.
 *
 * @param args The words after `profile`.
 * @returns How the program ended.
 * @throws {PerfError} If the command line is wrong, or nothing can be recorded; then the program has not run.
 * @throws {RangeError} If the value of an option is none that perf takes.
 */
export async function profile(args: readonly string[]): Promise<Ending> {
  const line = parseCommandLine(args, PROFILE_OPTIONS, { takesCommand: true });
  if (line.options.has("help")) {
    console.log(PROFILE_HELP.trimEnd());
    return { code: 0, signal: null };
  }
  const plan = decide(line);
  const sampler = decideSampler(parseSampler(lastValue(line, "sampler")), {
    perfOptions: onlyPerfs(plan),
    tryPerf: () => tryPerf(plan),
  });
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
      controlArgs: control.recordArgs,
    });
  } finally {
    control[Symbol.dispose]();
    if (program instanceof LoggedProgram) program[Symbol.dispose]();
  }
  const { ending, recordings } = recorded;
  if (recordings.length === 0) throw nothingMeasured(output, ending);
  writeReports(recordings, plan.report, recorded);
  if (recorded.foot !== undefined && plan.report.formats.includes("perf")) {
    console.log(recorded.foot);
  }
  if (!plan.report.isQuiet) warnOfNoNames(plan, recordings);
  return ending;
}

/** The command line's wishes, checked. */
interface ProfilePlan {
  line: CommandLine;
  /** The script; `undefined` where a command or a process is recorded. */
  script: string | undefined;
  /** A process that runs already. */
  pid: number | undefined;
  naming: Naming;
  scope: Scope;
  options: PerfRecordOptions;
  report: ReportWish;
  /** After how many seconds the recording ends, if not with the program. */
  seconds: number | undefined;
}

/** Checks all that can be checked before anything runs. */
function decide(line: CommandLine): ProfilePlan {
  const pid = processOf(line);
  const scope = scopeOf(line);
  const { runtime } = currentPlatform();
  const isOnByDefault = scope.kind !== "active";
  const naming = decideNaming(line, {
    read: readVariable,
    runtime,
    logObstacle: logObstacle(readText("/proc/self/limits") ?? ""),
    isOnByDefault,
  });
  const options = recordOptions(line, naming);
  perfRecordArgs(options);
  const seconds = secondsOf(line);
  const isCommand = line.command.length > 0;
  const script = isCommand || pid !== undefined ? undefined : line.script ?? demoPath();
  if (script !== undefined) checkScript(script);
  if (naming.kind === "trampolines") {
    requireScript(line, naming.reason);
    checkTrampolines(naming);
  }
  if (isCommand && scope.kind !== "all") {
    throw usageError(`Cannot use --scope with a command: must be a script`);
  }
  return { line, script, pid, naming, scope, options, report: decideReport(line), seconds };
}

function demoPath(): string {
  return fileURLToPath(siblingModule("./demo", import.meta.url));
}

/** Says what was chosen, and why. */
function announce(
  { line, naming, options, pid }: ProfilePlan,
  sampler: { name: SamplerName; reason: string; trial?: Trial },
): void {
  console.error(`sampler: ${sampler.name} (${sampler.reason})`);
  if (pid === undefined) console.error(`names: ${naming.kind} (${naming.reason})`);
  if (sampler.trial?.isFallback) {
    console.error(
      `note: this machine has no hardware events for perf, recording with -e ${sampler.trial.event}`,
    );
  }
  const unused = ["include", "exclude"].filter((name) => line.options.has(name));
  if (naming.kind === "v8" && unused.length > 0) {
    const names = unused.map((name) => `--${name}`).join(" and ");
    console.error(`note: ${names} have no effect: V8's log names every function`);
  }
  if (naming.kind !== "trampolines") return;
  warnOfDwarf(options, naming);
  if (pid === undefined) warnOfMissingFlags(line, naming.wish);
}

/** The module that has a program sample itself. */
const SAMPLER = siblingModule("../sampler/preload", import.meta.url);

/** The program that is to be recorded. */
function start(
  { line, script, pid, naming, scope, seconds }: ProfilePlan,
  { output, isBuiltin }: { output: string; isBuiltin: boolean },
): ScriptCommand {
  const { wish } = naming;
  if (pid !== undefined) return attachedProgram(pid, { line, seconds });
  if (naming.kind === "none") {
    return plainCommand({ ...line, script }, wish, { preload: isBuiltin ? SAMPLER : undefined });
  }
  if (naming.kind === "trampolines") {
    return scriptCommand({
      script: script!,
      scriptArgs: line.scriptArgs,
      line,
      wish,
      counts: true,
    });
  }
  const isPreloaded = isBuiltin || scope.kind !== "all" || line.options.has("toggle-signal");
  return new LoggedProgram({ line, script, wish, isPreloaded, recording: output });
}

function warnOfNoNames(
  { naming: { kind, wish }, options: { callGraph }, pid }: ProfilePlan,
  recordings: readonly Recording[],
): void {
  if (kind === "none" || recordings.some(showsApp)) return;
  const next = wish.backend === "perf_jit" && callGraph?.method === "dwarf"
    ? `next try --call-graph dwarf,${nextSize(callGraph.size)}`
    : pid !== undefined
    ? "the program must have loaded @x/perf, and trampolines must be on (--toggle-signal)"
    : "doctor says what works here";
  console.error(`warning: no js:: frame was seen, ${next}`);
}

/** A plan with the program that it records. */
interface ProfileRun extends ProfilePlan {
  program: ScriptCommand;
}

/** What came of it. */
interface Recorded {
  ending: Ending;
  /** One an event; none where nothing was measured. */
  recordings: readonly Recording[];
  /** The file that it was read from. */
  recording: string;
  /** Whether another size of copied stacks can mend those that are cut. */
  unwinds?: boolean;
  /** What else stands below the text. */
  foot?: string;
}

/** Where the recording goes if nobody says. */
const DEFAULT_OUTPUTS: Readonly<Record<SamplerName, string>> = {
  perf: "perf.data",
  builtin: "recording.json",
};

/** The wishes that the built-in sampler cannot fulfil. */
function onlyPerfs({ line, naming, options: { callGraph } }: ProfilePlan): string[] {
  return [
    ...(naming.wish.backend === "perf_jit" ? ["-X perf_jit"] : []),
    ...(line.command.length > 0 ? ["a command"] : []),
    ...(callGraph?.method === "dwarf" ? ["--call-graph dwarf"] : []),
    ...["event", "clockid", "mmap-pages", "pid"].filter((name) => line.options.has(name))
      .map((name) => `--${name}`),
  ];
}

function tryPerf({ options, naming: { wish } }: ProfilePlan): Trial & { version: string } {
  const perf = findPerf();
  if (wish.backend === "perf_jit") {
    checkJitVersion(perf, newerPerfCommand(readText("/etc/os-release") ?? ""));
  }
  return { ...tryRecording(options), version: `perf ${perf.name}` };
}

async function profileWithPerf(
  { program, options, line, naming, report, seconds }: ProfileRun,
  { event, before, controlArgs }: {
    event: string | undefined;
    before: FileState;
    controlArgs: readonly string[];
  },
): Promise<Recorded> {
  const { env, pid, begin, finish, launcher = [] } = program;
  const command = [...launcher, ...program.command];
  const recording = options.output!;
  const quiet = report.isQuiet ? ["--quiet"] : [];
  const recordArgs = perfRecordArgs({ ...options, event, command, pid });
  const limit = pid !== undefined || seconds === undefined
    ? undefined
    : { seconds, signal: "SIGINT" } as const;
  begin?.();
  const progress = new Progress(report);
  const endWatch = watchRecording(progress, recording, { isPerfs: true });
  let ending: Ending;
  let maps: NamespaceMaps | undefined;
  try {
    ending = await runChild(["perf", "record", ...quiet, ...controlArgs, ...recordArgs], {
      env,
      signals: PERF_SIGNALS,
      started: (pid) => maps = new NamespaceMaps(pid),
      limit,
    });
    // That was the recording's end, and nobody else's.
    if (pid !== undefined && ending.signal === "SIGINT") ending = { code: 0, signal: null };
  } finally {
    endWatch();
    maps?.write();
    finish?.();
  }
  if (fileState(recording) === before) throw nothingMeasured(recording, ending);
  if (naming.kind === "trampolines" && naming.wish.backend === "perf_jit") {
    const injected = await withoutInterrupts(() =>
      readInjected({ ending, recording }, line, progress)
    );
    // perf inject puts its own command line in the place of the program's.
    return {
      ...injected,
      recordings: injected.recordings.map((read) => ({ ...read, command: program.command })),
    };
  }
  const onNote = (note: string) => {
    if (!report.isQuiet) console.error(note);
  };
  const recordings = await readRecordings(recording, progress, { onNote });
  // Without a jitdump no size is large enough, and that has been said.
  return { ending, recordings, recording, unwinds: false };
}

/** After how many seconds the recording ends, if not with the program: a script then ends too. */
function secondsOf(line: CommandLine): number | undefined {
  const value = lastValue(line, "duration");
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (!/^\d+(\.\d+)?$/.test(value) || seconds === 0) {
    throw new RangeError(`Cannot record for "${value}": must be a number of seconds above 0`);
  }
  return seconds;
}

async function profileBuiltin(
  { program, options, report, seconds }: ProfileRun,
): Promise<Recorded> {
  const { frequency = DEFAULT_FREQUENCY, output } = options;
  const progress = new Progress(report);
  const logs = program instanceof LoggedProgram ? program.directory.path : undefined;
  const { ending, recording, notes } = await recordBuiltin(program, {
    frequency,
    seconds,
    progress,
    readLogs: logs === undefined ? undefined : () => {
      const found = findLogs({ recording: output! });
      // The sampler gives the process the number that it has in its own namespace, as V8 does.
      return readFoundLogs(found, { progress, pidOf: ({ name }) => parseLogName(name)!.pid });
    },
  });
  // The recording has the logs' names and lines already.
  if (logs !== undefined) rmSync(logs, { recursive: true, force: true });
  writeFileSync(output!, encodeRecording(recording));
  if (!report.isQuiet) {
    for (const note of notes) console.error(note);
  }
  return { ending, recordings: [recording], recording: output! };
}

function recordOptions(line: CommandLine, { kind, wish }: Naming): PerfRecordOptions {
  const frequency = lastValue(line, "freq");
  const isJit = kind === "trampolines" && wish.backend === "perf_jit";
  const callGraph = isJit && !line.options.has("g") ? "dwarf" : "fp";
  const clock = lastValue(line, "clockid");
  const needsMono = isJit || kind === "v8";
  if (needsMono && clock !== undefined && !/^mono(tonic)?$/i.test(clock)) {
    throw new RangeError(
      isJit
        ? `Cannot record a jitdump with clock "${clock}": must be mono`
        : `Cannot record with clock "${clock}": must be mono, as V8's log is`,
    );
  }
  return {
    frequency: frequency === undefined ? undefined : numberOf("frequency", frequency),
    callGraph: parseCallGraph(lastValue(line, "call-graph") ?? callGraph),
    event: lastValue(line, "event"),
    output: lastValue(line, "output"),
    // A process that `run` has started has a log.
    clock: clock ?? (needsMono || line.options.has("pid") ? "mono" : undefined),
    mmapPages: lastValue(line, "mmap-pages"),
  };
}

/** `Number` takes too much: an empty text, `0x10`, `1e3`. */
function numberOf(what: string, digits: string): number {
  if (/^\d+$/.test(digits)) return Number(digits);
  throw new RangeError(`Cannot record with ${what} "${digits}": must be a whole number above 0`);
}

function checkTrampolines({ wish }: Naming): void {
  if (wish.backend === undefined) return;
  const obstacle = trampolineObstacle(currentPlatform());
  if (obstacle !== undefined) throw new PerfError(obstacle, { code: "unavailable" });
}

/** The runtime has no unwind information, only frame pointers. */
function warnOfDwarf({ callGraph }: PerfRecordOptions, { wish }: Naming): void {
  if (callGraph?.method !== "dwarf" || wish.backend !== "perf") return;
  console.error(
    "warning: with --call-graph dwarf and -X perf stacks end after the first frames, --call-graph fp shows them whole",
  );
}

/** Reads what perf inject makes of a recording, and removes what it needed for that. */
async function readInjected(
  { ending, recording }: { ending: Ending; recording: string },
  line: CommandLine,
  progress: Progress,
): Promise<Recorded> {
  progress.show(() => "merging the jitdump into the recording");
  const injected = new InjectedRecording(recording);
  const isKept = line.options.has("keep");
  try {
    const recordings = await readRecordings(injected.path, progress);
    const foot = isKept
      ? `# Kept for it: ${injected.files.length} files, /tmp/jit-*.dump, /tmp/jitted-*.so`
      : "# It needs the files that perf inject has made: --keep keeps them.";
    return {
      ending,
      recordings: recordings.map((read) => ({
        ...read,
        lostSamples: Math.max(read.lostSamples, injected.lostChunks),
      })),
      recording: injected.path,
      foot,
    };
  } finally {
    if (!isKept) injected[Symbol.dispose]();
  }
}

function nothingMeasured(output: string, { code, signal }: Ending): PerfError {
  const how = signal === null ? `status ${code}` : `signal ${signal}`;
  return new PerfError(
    `Cannot report "${output}": nothing was measured, perf record ended with ${how}`,
    { code: "perf" },
  );
}
