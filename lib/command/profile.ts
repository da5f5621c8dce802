import { realpathSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { parseCallGraph } from "../call_graph.ts";
import { FOLDED_REPORT_ARGS, redrawReport } from "../folded_report.ts";
import { engineObstacle } from "../engine.ts";
import { PerfError } from "../perf_error.ts";
import { perfRecordArgs, type PerfRecordOptions } from "../perf_record_args.ts";
import { currentPlatform, readVariable, trampolineObstacle } from "../runtime.ts";
import type { SamplerName } from "../report/recording.ts";
import { encodeRecording } from "../report/recording_file.ts";
import { reportLines } from "../sampler/report_lines.ts";
import { siblingModule } from "../sibling_module.ts";
import { nextSize, stackSizeAdvice } from "../stack_size_advice.ts";
import { decideSwitches, type Wish } from "../switches.ts";
import { recordBuiltin } from "./builtin_recording.ts";
import { type Ending, runChild, type Signal } from "./child.ts";
import { checkJitVersion, InjectedRecording } from "./jit_recording.ts";
import { type CommandLine, lastValue, parseCommandLine, PROFILE_OPTIONS } from "./options.ts";
import { newerPerfCommand } from "./perf_failure.ts";
import { findPerf, perfLines, readText, type Trial, tryRecording } from "./perf_tool.ts";
import { checkOutput, type FileState, fileState } from "./recording.ts";
import { decideSampler, parseSampler } from "./sampler_choice.ts";
import { V8_NOTE, V8_WISH, v8Command, wantsV8 } from "./v8_engine.ts";
import { checkScript, type ScriptCommand, scriptCommand, warnOfMissingFlags } from "./script.ts";

/** The help of `profile`. */
export const PROFILE_HELP = `Usage: profile [options] [script [args]]

Runs a script with every function instrumented, samples it with perf, or with the
built-in sampler where perf may not run, and prints the report: callers above what
they call, frames without a name left out. With no script it profiles a demo. The
exit status is the script's. Ctrl-C ends the recording, and the report comes all
the same. With -X perf_jit callers are found with unwind information (--call-graph
dwarf -k mono), and perf inject merges the jitdump into perf.jit.data.

Options, with perf's own names:
  --sampler auto|perf|builtin
                           who samples: perf where it may, else the program itself (auto)
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
  --runtime-args TEXT      flags for the runtime instead of -A
  --include PATTERNS       what is instrumented: src/**, *_api.ts, npm:acorn, node_modules
  --exclude PATTERNS       what is not, whatever --include says
  -v, --verbose            list the functions and files that are left as they are, and why
  --keep                   keep the jitdump and the files that perf inject makes of it
  -h, --help               this text
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
  const isV8 = wantsV8(line);
  const wish = isV8 ? V8_WISH : decideProfile(line);
  const options = recordOptions(line, wish);
  perfRecordArgs(options);
  const script = line.script ?? fileURLToPath(siblingModule("./demo", import.meta.url));
  checkScript(script);
  checkTrampolines(wish);
  const sampler = decideSampler(parseSampler(lastValue(line, "sampler")), {
    perfOptions: onlyPerfs(line, wish, options),
    tryPerf: () => tryPerf(options, wish),
  });
  const output = options.output ?? DEFAULT_OUTPUTS[sampler.name];
  const before = checkOutput(output);
  console.error(`sampler: ${sampler.name} (${sampler.reason})`);
  if (sampler.name === "perf" && sampler.trial.isFallback) {
    const { event } = sampler.trial;
    console.error(`note: this machine has no hardware events for perf, recording with -e ${event}`);
  }
  warnOfDwarf(options, wish);
  warnOfMissingFlags(line, wish);
  const { scriptArgs } = line;
  const program = isV8
    ? v8Command({ script, scriptArgs, line })
    : scriptCommand({ script, scriptArgs, line, wish, counts: true });
  if (isV8) console.error(V8_NOTE);
  const { ending, text } = sampler.name === "builtin"
    ? await profileBuiltin(program, options, output)
    : await profileWithPerf(program, { ...options, output, event: sampler.trial.event }, {
      before,
      line,
      wish,
    });
  if ((wish.backend !== undefined || isV8) && !text.includes("js::")) {
    const { callGraph } = options;
    const next = wish.backend === "perf_jit" && callGraph?.method === "dwarf"
      ? `next try --call-graph dwarf,${nextSize(callGraph.size)}`
      : "doctor says what works here";
    console.error(`warning: no js:: frame was seen, ${next}`);
  }
  return ending;
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
    ...["event", "clockid", "mmap-pages"].filter((name) => line.options.has(name))
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
  { command, env, finish }: ScriptCommand,
  options: PerfRecordOptions,
  { before, line, wish }: { before: FileState; line: CommandLine; wish: Wish },
): Promise<{ ending: Ending; text: string }> {
  const output = options.output!;
  const recordArgs = perfRecordArgs({ ...options, command });
  let ending: Ending;
  try {
    ending = await runChild(["perf", "record", ...recordArgs], { env, signals: PERF_SIGNALS });
  } finally {
    finish?.();
  }
  if (fileState(output) === before) throw nothingMeasured(output, ending);
  const text = wish.backend === "perf_jit"
    ? await reportInjected(output, ending, line, options)
    : await printReport(output, ending, options);
  return { ending, text };
}

/** The frequency where nobody says one, as with perf. */
const DEFAULT_FREQUENCY = 9999;

async function profileBuiltin(
  program: ScriptCommand,
  { frequency = DEFAULT_FREQUENCY }: PerfRecordOptions,
  output: string,
): Promise<{ ending: Ending; text: string }> {
  const { ending, recording, notes } = await recordBuiltin(program, frequency);
  writeFileSync(output, encodeRecording(recording));
  for (const note of notes) console.error(note);
  const { text } = await redrawReport(reportLines(recording));
  console.log(`\
${text}
#
# Callers stand above what they call, and count it; frames without a name are left out.
# Recorded by the built-in sampler in ${realpathSync(output)}`);
  return { ending, text };
}

/** Without a word from anybody, trampolines are on. */
function decideProfile(line: CommandLine): Wish {
  const x = line.options.get("X");
  const engine = lastValue(line, "engine");
  const wish = decideSwitches(readVariable, { x, engine });
  if (wish.backend !== undefined || x !== undefined) return wish;
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

function checkTrampolines({ backend, engine }: Wish): void {
  if (backend === undefined) return;
  const obstacle = trampolineObstacle(currentPlatform()) ?? engineObstacle(engine);
  if (obstacle !== undefined) throw new PerfError(obstacle, { code: "unavailable" });
}

/** The runtime has no unwind information, only frame pointers. */
function warnOfDwarf({ callGraph }: PerfRecordOptions, { backend }: Wish): void {
  if (callGraph?.method !== "dwarf" || backend !== "perf") return;
  console.error(
    "warning: with --call-graph dwarf and -X perf stacks end after the first frames, --call-graph fp shows them whole",
  );
}

/** Reports what perf inject makes of a recording, and removes what it needed for that. */
async function reportInjected(
  output: string,
  ending: Ending,
  line: CommandLine,
  options: PerfRecordOptions,
): Promise<string> {
  const injected = new InjectedRecording(output);
  try {
    const text = await printReport(injected.path, ending, options, injected.lostChunks);
    if (line.options.has("keep")) {
      console.log(
        `# Kept for it: ${injected.files.length} files, /tmp/jit-*.dump, /tmp/jitted-*.so`,
      );
    } else {
      console.log("# It needs the files that perf inject has made: --keep keeps them.");
    }
    return text;
  } finally {
    if (!line.options.has("keep")) injected[Symbol.dispose]();
  }
}

async function printReport(
  output: string,
  ending: Ending,
  { callGraph }: PerfRecordOptions,
  lostChunks?: number,
): Promise<string> {
  const report = perfLines(["report", ...FOLDED_REPORT_ARGS, "-i", output]);
  const { text, samples, stacks } = await redrawReport(report);
  if (samples === 0) throw nothingMeasured(output, ending);
  const lost = Math.max(stacks.lost, lostChunks ?? 0);
  // Without a jitdump no size is large enough, and that has been said.
  const cut = lostChunks === undefined ? 0 : stacks.cut;
  for (const advice of stackSizeAdvice(callGraph!, { ...stacks, lost, cut })) {
    console.error(`warning: ${advice}`);
  }
  console.log(`\
${text}
#
# Callers stand above what they call, and count it; frames without a name are left out.
# Recorded in ${realpathSync(output)}; every frame: perf report --stdio -n -g -i ${output}`);
  return text;
}

function nothingMeasured(output: string, { code, signal }: Ending): PerfError {
  const how = signal === null ? `status ${code}` : `signal ${signal}`;
  return new PerfError(
    `Cannot report "${output}": nothing was measured, perf record ended with ${how}`,
    { code: "perf" },
  );
}
