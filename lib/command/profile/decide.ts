import process from "node:process";
import { fileURLToPath } from "node:url";
import { optionsOf } from "../options.ts";
import { JIT_STACK_DUMP_SIZE, parseCallGraph } from "../../perf/call_graph.ts";
import { PerfError } from "../../base/perf_error.ts";
import { checkStackFrames } from "../../perf/kernel_stack_limit.ts";
import {
  DEMO_FREQUENCY,
  perfRecordArgs,
  type PerfRecordOptions,
} from "../../perf/perf_record_args.ts";
import { currentPlatform, readVariable, trampolineObstacle } from "../../runtime/runtime.ts";
import type { Scope } from "../../sampler/followed_scope.ts";
import { siblingModule } from "../../base/sibling_module.ts";
import { processOf } from "./attach.ts";
import { checkJitVersion } from "./jit_recording.ts";
import { logObstacle } from "../logs/log_obstacle.ts";
import { decideNaming, type Naming } from "../program/naming.ts";
import { type CommandLine, lastValue, usageError } from "../command_line.ts";
import { nativeMemoryEvent } from "../../perf/native_memory.ts";
import { newerPerfCommand } from "../../perf/perf_failure.ts";
import { findPerf, readText, type Trial, tryRecording } from "../../perf/perf_tool.ts";
import { checkFormats } from "../../report/format.ts";
import { decideReport, type ReportWish } from "../report/reports.ts";
import { parseSpanChoice } from "../report/span_choice.ts";
import type { SpanChoice } from "../../recording/spans/chosen_spans.ts";
import { DEFAULT_MAX_SIZE, parseMaxSize } from "../../perf/max_size.ts";
import { parseInterval } from "./memory_interval.ts";
import { type PushWish, pushWishOf } from "../push/push_wish.ts";
import { outputName } from "./output_name.ts";
import { type Rotation, rotationOf } from "./rotation.ts";
import { scopeOf } from "./scope_control.ts";
import { checkScript, requireScript } from "../program/script.ts";

/** The checked wishes of the command line. */
export interface ProfilePlan {
  line: CommandLine;
  /** The script; `undefined` where a command or a process is recorded. */
  script: string | undefined;
  /** The number of a process that runs already. */
  pid: number | undefined;
  naming: Naming;
  scope: Scope;
  options: PerfRecordOptions;
  report: ReportWish;
  /** The seconds after which the recording ends; `undefined` where it ends with the program. */
  seconds: number | undefined;
  /** The rotation of the recording's files; `undefined` where it is one file. */
  rotation: Rotation | undefined;
  /** The most frames of a stack, where the user asks for another number than the kernel's. */
  maxStack: number | undefined;
  /** The most bytes of the recording. */
  maxSize: number;
  /** Whether the program's spans are recorded. */
  hasSpans: boolean;
  /** Whether the program's awaits are recorded. */
  hasWaits: boolean;
  /** The spans that the report is of; `undefined` where it is of everything. */
  spanChoice: SpanChoice | undefined;
  /** The engine that the recording is sent to. */
  push: PushWish | undefined;
}

/** Checks the command line, as far as possible before anything runs. */
export function decide(line: CommandLine): ProfilePlan {
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
  const isCommand = line.command.length > 0;
  const script = isCommand || pid !== undefined ? undefined : line.script ?? demoPath();
  const isDemo = script !== undefined && line.script === undefined;
  if (line.options.has("wall")) checkWall(line, naming);
  const options = recordOptions(line, naming, isDemo);
  perfRecordArgs(options);
  const seconds = secondsOf(line);
  const rotation = rotationOf(line);
  if (rotation !== undefined && naming.wish.backend === "perf_jit") {
    throw usageError("Cannot use --rotate with -X perf_jit: perf inject reads one file");
  }
  if (script !== undefined) checkScript(script);
  if (naming.kind === "trampolines") {
    requireScript(line, naming.reason);
    checkTrampolines(naming);
  }
  if (isCommand && scope.kind !== "all") {
    throw usageError(`Cannot use --scope with a command: must be a script`);
  }
  const spanChoice = parseSpanChoice(line);
  const hasSpans = spanChoice !== undefined || line.options.has("spans");
  const hasWaits = line.options.has("await");
  if (hasSpans) requireOwnScript("spans", line, isCommand);
  if (hasWaits) requireOwnScript("awaits", line, isCommand);
  const report = decideReport(line);
  checkFormats(report.formats, line.options.has("native-memory") ? "bytes" : "nanoseconds");
  const maxSize = parseMaxSize(lastValue(line, "max-size") ?? DEFAULT_MAX_SIZE);
  return {
    line,
    script,
    pid,
    naming,
    scope,
    options,
    report,
    seconds,
    rotation,
    maxStack: maxStackOf(line),
    maxSize,
    hasSpans,
    hasWaits,
    spanChoice,
    push: pushWishOf(line),
  };
}

/** Refuses data that the program writes itself, where it is no script or has several recordings. */
function requireOwnScript(what: string, line: CommandLine, isCommand: boolean): void {
  const option = ["pid", "rotate", "top"].find((name) => line.options.has(name));
  if (!isCommand && option === undefined) return;
  throw usageError(
    `Cannot record ${what} with ${isCommand ? "a command" : `--${option}`}: ` +
      "must be a script and one recording",
  );
}

/** Options that choose what is recorded, which is settled for real time. */
const NOT_WITH_WALL = ["event", "call-graph", "g", "scope", "top", "native-memory"];

function checkWall(line: CommandLine, { wish }: Naming): void {
  const option = NOT_WITH_WALL.find((name) => line.options.has(name));
  if (option !== undefined || wish.backend === "perf_jit") {
    const given = option === undefined ? "-X perf_jit" : `${option === "g" ? "-" : "--"}${option}`;
    throw usageError(`Cannot use ${given} with --wall: it has events and stacks of its own`);
  }
}

function maxStackOf(line: CommandLine): number | undefined {
  const value = lastValue(line, "max-stack");
  if (value === undefined) return undefined;
  const frames = numberOf("a stack of", value);
  checkStackFrames(frames);
  return frames;
}

/** The demo: a path, or a URL where this package was imported from the network. */
function demoPath(): string {
  const url = siblingModule("../../demo", import.meta.url);
  return url.startsWith("file:") ? fileURLToPath(url) : url;
}

/** Reads `--duration`: the seconds after which the recording ends, and a script with it. */
export function secondsOf(line: CommandLine): number | undefined {
  const value = lastValue(line, "duration");
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (!/^\d+(\.\d+)?$/.test(value) || seconds === 0) {
    throw new RangeError(`Cannot record for "${value}": must be a number of seconds above 0`);
  }
  return seconds;
}

function recordOptions(
  line: CommandLine,
  { kind, wish }: Naming,
  isDemo: boolean,
): PerfRecordOptions {
  const frequency = lastValue(line, "freq");
  const isJit = kind === "trampolines" && wish.backend === "perf_jit";
  const callGraph = lastValue(line, "call-graph") ??
    (isJit && !line.options.has("g") ? "dwarf" : "fp");
  const clock = lastValue(line, "clockid");
  const hasSpans = ["spans", "span", "slowest"].some((name) => line.options.has(name));
  const needsMono = isJit || kind === "v8" || hasSpans;
  if (needsMono && clock !== undefined && !/^mono(tonic)?$/i.test(clock)) {
    throw new RangeError(
      isJit
        ? `Cannot record a jitdump with clock "${clock}": must be mono`
        : `Cannot record with clock "${clock}": must be mono, as V8's log and spans are`,
    );
  }
  return {
    frequency: frequency !== undefined
      ? numberOf("frequency", frequency)
      : isDemo
      ? DEMO_FREQUENCY
      : undefined,
    callGraph: parseCallGraph(
      isJit && callGraph === "dwarf" ? `dwarf,${JIT_STACK_DUMP_SIZE}` : callGraph,
    ),
    event: memoryEvent(line) ?? lastValue(line, "event"),
    isOfRealTime: line.options.has("wall"),
    output: outputOf(line),
    // A process of `run` has V8's log, whose times are of CLOCK_MONOTONIC.
    clock: clock ?? (needsMono || line.options.has("pid") ? "mono" : undefined),
    mmapPages: lastValue(line, "mmap-pages"),
  };
}

/** The bytes between two samples of native memory: 16 pages, and 16 000 samples of a gigabyte. */
const NATIVE_INTERVAL = 64 << 10;

/**
 * The event of `--native-memory`; `undefined` for a recording of time.
 *
 * @throws {PerfError} With code `usage`, if another option contradicts it, or it lacks.
 */
function memoryEvent(line: CommandLine): string | undefined {
  const interval = lastValue(line, "interval");
  if (!line.options.has("native-memory")) {
    if (interval === undefined) return undefined;
    throw usageError("Cannot use --interval without --alloc, --live or --native-memory");
  }
  for (const name of ["event", "freq", "top"]) {
    if (!line.options.has(name)) continue;
    throw usageError(`Cannot use --${name} with --native-memory: it is for recordings of time`);
  }
  return nativeMemoryEvent(interval === undefined ? NATIVE_INTERVAL : parseInterval(interval));
}

/** The name of a recording whose files are rotated; the names of two runs differ. */
const ROTATED_OUTPUT = "perf-%t-%p.data";

/** The file of the recording; `undefined` where the sampler's default is meant. */
function outputOf(line: CommandLine): string | undefined {
  const pattern = lastValue(line, "output") ??
    (line.options.has("rotate") ? ROTATED_OUTPUT : undefined);
  if (pattern === undefined) return undefined;
  // The number of a program that has not been started is unknown, so it is that of this command.
  return outputName(pattern, { time: Date.now(), pid: processOf(line) ?? process.pid });
}

/** Parses digits. `Number` alone accepts too much: an empty text, `0x10`, `1e3`. */
function numberOf(what: string, digits: string): number {
  if (/^\d+$/.test(digits)) return Number(digits);
  throw new RangeError(`Cannot record with ${what} "${digits}": must be a whole number above 0`);
}

function checkTrampolines({ wish }: Naming): void {
  if (wish.backend === undefined) return;
  const obstacle = trampolineObstacle(currentPlatform());
  if (obstacle !== undefined) throw new PerfError(obstacle, { code: "unavailable" });
}

/** Returns the wishes that the built-in sampler cannot fulfil. */
export function onlyPerfs({ line, naming, options: { callGraph } }: ProfilePlan): string[] {
  return [
    ...(naming.wish.backend === "perf_jit" ? ["-X perf_jit"] : []),
    ...(line.command.length > 0 ? ["a command"] : []),
    ...(callGraph?.method === "dwarf" ? ["--call-graph dwarf"] : []),
    ...optionsOf("profile").filter(({ name, isPerfOnly }) => isPerfOnly && line.options.has(name))
      .map(({ name }) => `--${name}`),
  ];
}

/** The reason for which the built-in sampler is better here than perf; `undefined` where it is not. */
export function builtinReason({ options, script }: ProfilePlan): string | undefined {
  return options.isOfRealTime && script !== undefined
    ? "with --wall it finds callers of waits in the C library, which perf loses"
    : undefined;
}

export function tryPerf({ options, naming: { wish } }: ProfilePlan): Trial & { version: string } {
  const perf = findPerf();
  if (wish.backend === "perf_jit") {
    checkJitVersion(perf, newerPerfCommand(readText("/etc/os-release") ?? ""));
  }
  return { ...tryRecording(options, perf.version), version: `perf ${perf.name}` };
}
