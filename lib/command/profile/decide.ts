import { fileURLToPath } from "node:url";
import { optionsOf } from "../options.ts";
import { parseCallGraph } from "../../perf/call_graph.ts";
import { PerfError } from "../../base/perf_error.ts";
import {
  DEMO_FREQUENCY,
  perfRecordArgs,
  type PerfRecordOptions,
} from "../../perf/perf_record_args.ts";
import { currentPlatform, readVariable, trampolineObstacle } from "../../runtime/runtime.ts";
import type { Scope } from "../../sampler/scope.ts";
import { siblingModule } from "../../base/sibling_module.ts";
import { processOf } from "./attach.ts";
import { checkJitVersion } from "./jit_recording.ts";
import { logObstacle } from "../logs/log_obstacle.ts";
import { decideNaming, type Naming } from "../program/naming.ts";
import { type CommandLine, lastValue, usageError } from "../command_line.ts";
import { newerPerfCommand } from "../../perf/perf_failure.ts";
import { findPerf, readText, type Trial, tryRecording } from "../../perf/perf_tool.ts";
import { decideReport, type ReportWish } from "../report/reports.ts";
import { scopeOf } from "./scope_control.ts";
import { checkScript, requireScript } from "../program/script.ts";

/** The command line's wishes, checked. */
export interface ProfilePlan {
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
  const options = recordOptions(line, naming, isDemo);
  perfRecordArgs(options);
  const seconds = secondsOf(line);
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
  return fileURLToPath(siblingModule("../../demo", import.meta.url));
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

function recordOptions(
  line: CommandLine,
  { kind, wish }: Naming,
  isDemo: boolean,
): PerfRecordOptions {
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
    frequency: frequency !== undefined
      ? numberOf("frequency", frequency)
      : isDemo
      ? DEMO_FREQUENCY
      : undefined,
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

/** The wishes that the built-in sampler cannot fulfil. */
export function onlyPerfs({ line, naming, options: { callGraph } }: ProfilePlan): string[] {
  return [
    ...(naming.wish.backend === "perf_jit" ? ["-X perf_jit"] : []),
    ...(line.command.length > 0 ? ["a command"] : []),
    ...(callGraph?.method === "dwarf" ? ["--call-graph dwarf"] : []),
    ...optionsOf("profile").filter(({ name, isPerfOnly }) => isPerfOnly && line.options.has(name))
      .map(({ name }) => `--${name}`),
  ];
}

export function tryPerf({ options, naming: { wish } }: ProfilePlan): Trial & { version: string } {
  const perf = findPerf();
  if (wish.backend === "perf_jit") {
    checkJitVersion(perf, newerPerfCommand(readText("/etc/os-release") ?? ""));
  }
  return { ...tryRecording(options, perf.version), version: `perf ${perf.name}` };
}
