import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { parseCallGraph } from "../call_graph.ts";
import { PerfError } from "../perf_error.ts";
import { perfRecordArgs, type PerfRecordOptions } from "../perf_record_args.ts";
import { currentPlatform, readVariable, trampolineObstacle } from "../runtime.ts";
import { nextSize, showsApp } from "../report/advice.ts";
import type { Recording, SamplerName } from "../recording/recording.ts";
import { encodeRecording } from "../recording/recording_file.ts";
import type { Scope } from "../sampler/scope.ts";
import { siblingModule } from "../sibling_module.ts";
import { decideSwitches, type Wish } from "../switches.ts";
import { recordBuiltin } from "./builtin_recording.ts";
import { attachedProgram, processOf } from "./attach.ts";
import { type Ending, runChild, type Signal } from "./child.ts";
import { checkJitVersion, InjectedRecording } from "./jit_recording.ts";
import { NamespaceMaps } from "./namespace_maps.ts";
import { type CommandLine, lastValue, parseCommandLine, PROFILE_OPTIONS } from "./options.ts";
import { newerPerfCommand } from "./perf_failure.ts";
import { findPerf, readText, type Trial, tryRecording, withoutInterrupts } from "./perf_tool.ts";
import { checkOutput, type FileState, fileState } from "./recording.ts";
import { Progress } from "./progress.ts";
import { readRecordings } from "./recorded.ts";
import { watchRecording } from "./recording_progress.ts";
import { decideReport, type ReportWish, writeReports } from "./reports.ts";
import { decideSampler, parseSampler } from "./sampler_choice.ts";
import { V8_NOTE, V8_WISH, v8Command, wantsV8 } from "./v8_engine.ts";
import { ScopeControl, scopeOf } from "./scope_control.ts";
import { checkScript, type ScriptCommand, scriptCommand, warnOfMissingFlags } from "./script.ts";

/** The help of `profile`. */
export const PROFILE_HELP = `Usage: profile [options] [script [args]]
       profile [options] -p PID

Runs a script with every function instrumented, samples it with perf, or with the
built-in sampler where perf may not run, and prints the report: callers above what
they call, frames without a name left out. With no script it profiles a demo. The
exit status is the script's. Ctrl-C ends the recording, and the report comes all
the same. With -X perf_jit callers are found with unwind information (--call-graph
dwarf -k mono), and perf inject merges the jitdump into perf.jit.data.

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
  -k, --clockid CLOCK      the clock of the timestamps, as mono
  -m, --mmap-pages N       size of perf's buffer, in pages or as 16M

Options of run:
  -X perf                  turn trampolines on; this is the default. -X perf=0: off
  -X perf_jit              the same, with a jitdump instead of a perf map
  --engine NAME            who makes the trampolines: auto or native; or v8: none are made,
                           V8 itself names its code, for whole programs at little cost
  --no-inlining            with --engine v8: keep the frames of functions it would inline
  --toggle-signal NAME     the signal that turns trampolines on and off, as SIGUSR2; with -p
                           it is sent before and after the recording
  --runtime-args TEXT      flags for the runtime instead of -A
  --include PATTERNS       what is instrumented: src/**, *_api.ts, npm:acorn, node_modules
  --exclude PATTERNS       what is not, whatever --include says
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
 * Records a script under perf, and prints the report.
 *
 * @param args The words after `profile`.
 * @returns How the script ended.
 * @throws {PerfError} If the command line is wrong, or nothing can be recorded; then the script has not run.
 * @throws {RangeError} If the value of an option is none that perf takes.
 */
export async function profile(args: readonly string[]): Promise<Ending> {
  const line = parseCommandLine(args, PROFILE_OPTIONS);
  if (line.options.has("help")) {
    console.log(PROFILE_HELP.trimEnd());
    return { code: 0, signal: null };
  }
  const pid = processOf(line);
  const scope = scopeOf(line);
  const isV8 = pid === undefined && wantsV8(line);
  const wish = isV8 ? V8_WISH : decideProfile(line, scope);
  const options = recordOptions(line, wish);
  perfRecordArgs(options);
  const seconds = secondsOf(line);
  const script = line.script ?? fileURLToPath(siblingModule("./demo", import.meta.url));
  checkScript(script);
  checkTrampolines(wish);
  const report = decideReport(line);
  const sampler = decideSampler(parseSampler(lastValue(line, "sampler")), {
    perfOptions: onlyPerfs(line, wish, options),
    tryPerf: () => tryPerf(options, wish),
  });
  const output = options.output ?? DEFAULT_OUTPUTS[sampler.name];
  const before = checkOutput(output);
  if (!report.isQuiet) console.error(`sampler: ${sampler.name} (${sampler.reason})`);
  if (sampler.name === "perf" && sampler.trial.isFallback && !report.isQuiet) {
    const { event } = sampler.trial;
    console.error(`note: this machine has no hardware events for perf, recording with -e ${event}`);
  }
  if (!report.isQuiet) warnOfDwarf(options, wish);
  if (!report.isQuiet) warnOfMissingFlags(line, wish);
  const { scriptArgs } = line;
  const program = pid !== undefined
    ? attachedProgram(pid, { line, seconds })
    : isV8
    ? v8Command({ script, scriptArgs, line })
    : scriptCommand({ script, scriptArgs, line, wish, counts: true });
  if (isV8 && !report.isQuiet) console.error(V8_NOTE);
  const run: ProfileRun = { program, options: { ...options, output }, line, wish, report, seconds };
  const control = new ScopeControl(scope, sampler.name === "perf");
  let recorded: Recorded;
  // Not by `using`, which Node has from 24 on.
  try {
    Object.assign(program.env, control.variables);
    recorded = sampler.name === "builtin" ? await profileBuiltin(run) : await profileWithPerf(run, {
      event: sampler.trial.event,
      before,
      controlArgs: control.recordArgs,
    });
  } finally {
    control[Symbol.dispose]();
  }
  const { ending, recordings } = recorded;
  if (recordings.length === 0) throw nothingMeasured(output, ending);
  writeReports(recordings, report, recorded);
  if (recorded.foot !== undefined && report.formats.includes("perf")) console.log(recorded.foot);
  if ((wish.backend !== undefined || isV8) && !recordings.some(showsApp) && !report.isQuiet) {
    const { callGraph } = options;
    const next = wish.backend === "perf_jit" && callGraph?.method === "dwarf"
      ? `next try --call-graph dwarf,${nextSize(callGraph.size)}`
      : pid !== undefined
      ? "the program must have loaded @x/perf, and trampolines must be on (--toggle-signal)"
      : "doctor says what works here";
    console.error(`warning: no js:: frame was seen, ${next}`);
  }
  return ending;
}

/** What is to be done. */
interface ProfileRun {
  program: ScriptCommand;
  /** Its output is decided. */
  options: PerfRecordOptions;
  line: CommandLine;
  wish: Wish;
  report: ReportWish;
  /** After how many seconds the recording ends, if not with the program. */
  seconds: number | undefined;
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

/** Which options were given that the built-in sampler lacks. */
function onlyPerfs(
  line: CommandLine,
  { backend }: Wish,
  { callGraph }: PerfRecordOptions,
): string[] {
  return [
    ...(backend === "perf_jit" ? ["-X perf_jit"] : []),
    ...(callGraph?.method === "dwarf" ? ["--call-graph dwarf"] : []),
    ...["event", "clockid", "mmap-pages", "pid"].filter((name) => line.options.has(name))
      .map((name) => `--${name}`),
  ];
}

function tryPerf(options: PerfRecordOptions, { backend }: Wish): Trial & { version: string } {
  const perf = findPerf();
  if (backend === "perf_jit") {
    checkJitVersion(perf, newerPerfCommand(readText("/etc/os-release") ?? ""));
  }
  return { ...tryRecording(options), version: `perf ${perf.name}` };
}

async function profileWithPerf(
  { program, options, line, wish, report, seconds }: ProfileRun,
  { event, before, controlArgs }: {
    event: string | undefined;
    before: FileState;
    controlArgs: readonly string[];
  },
): Promise<Recorded> {
  const { command, env, pid, begin, finish } = program;
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
  if (wish.backend === "perf_jit") {
    const injected = await withoutInterrupts(() =>
      readInjected({ ending, recording }, line, progress)
    );
    // perf inject puts its own command line in the place of the program's.
    return { ...injected, recordings: injected.recordings.map((read) => ({ ...read, command })) };
  }
  const recordings = await readRecordings(recording, progress);
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

/** The frequency where nobody says one, as with perf. */
const DEFAULT_FREQUENCY = 9999;

async function profileBuiltin(
  { program, options, report, seconds }: ProfileRun,
): Promise<Recorded> {
  const { frequency = DEFAULT_FREQUENCY, output } = options;
  const progress = new Progress(report);
  const { ending, recording, notes } = await recordBuiltin(program, {
    frequency,
    seconds,
    progress,
  });
  writeFileSync(output!, encodeRecording(recording));
  if (!report.isQuiet) {
    for (const note of notes) console.error(note);
  }
  return { ending, recordings: [recording], recording: output! };
}

/** Without a word from anybody, trampolines are on, unless the program is to turn them on. */
function decideProfile(line: CommandLine, scope: Scope): Wish {
  const x = line.options.get("X");
  const engine = lastValue(line, "engine");
  const wish = decideSwitches(readVariable, { x, engine });
  if (wish.backend !== undefined || x !== undefined || scope.kind === "active") return wish;
  return { ...wish, backend: "perf" };
}

function recordOptions(line: CommandLine, { backend }: Wish): PerfRecordOptions {
  const frequency = lastValue(line, "freq");
  const isJit = backend === "perf_jit";
  const callGraph = isJit && !line.options.has("g") ? "dwarf" : "fp";
  const clock = lastValue(line, "clockid");
  if (isJit && clock !== undefined && !/^mono(tonic)?$/i.test(clock)) {
    throw new RangeError(`Cannot record a jitdump with clock "${clock}": must be mono`);
  }
  return {
    frequency: frequency === undefined ? undefined : numberOf("frequency", frequency),
    callGraph: parseCallGraph(lastValue(line, "call-graph") ?? callGraph),
    event: lastValue(line, "event"),
    output: lastValue(line, "output"),
    clock: clock ?? (isJit ? "mono" : undefined),
    mmapPages: lastValue(line, "mmap-pages"),
  };
}

/** `Number` takes too much: an empty text, `0x10`, `1e3`. */
function numberOf(what: string, digits: string): number {
  if (/^\d+$/.test(digits)) return Number(digits);
  throw new RangeError(`Cannot record with ${what} "${digits}": must be a whole number above 0`);
}

function checkTrampolines({ backend }: Wish): void {
  if (backend === undefined) return;
  const obstacle = trampolineObstacle(currentPlatform());
  if (obstacle !== undefined) throw new PerfError(obstacle, { code: "unavailable" });
}

/** The runtime has no unwind information, only frame pointers. */
function warnOfDwarf({ callGraph }: PerfRecordOptions, { backend }: Wish): void {
  if (callGraph?.method !== "dwarf" || backend !== "perf") return;
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
