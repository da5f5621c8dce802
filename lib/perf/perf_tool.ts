import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";

import { perfRecordArgs, type PerfRecordOptions } from "./perf_record_args.ts";
import { PerfError } from "../base/perf_error.ts";
import { systemReason } from "../base/system_reason.ts";
import { parsePerfVersion, type PerfVersion } from "./perf_version.ts";
import {
  explainPerfFailure,
  installCommand,
  PARANOID_COMMAND,
  type PerfLimits,
} from "./perf_failure.ts";

/** The `perf` command that is on PATH. */
export interface PerfTool {
  /** The version that it prints, as `6.12.95`. */
  name: string;
  /** The parsed version. */
  version: PerfVersion;
}

/**
 * Looks for `perf`.
 *
 * @throws {PerfError} With code `perf`, if it is not on PATH or does not run.
 */
export function findPerf(): PerfTool {
  const { success, stdout, stderr } = runPerf(["--version"]);
  try {
    if (!success) throw new Error(stderr.trim().split("\n")[0]);
    const version = parsePerfVersion(stdout);
    return { name: stdout.trim().replace(/^perf version /, ""), version };
  } catch (cause) {
    // Ubuntu's perf is a script. It fails where no perf for the running kernel is installed.
    throw new PerfError(`Cannot run perf: ${(cause as Error).message}`, {
      code: "perf",
      hint: installCommand(readText("/etc/os-release") ?? ""),
      cause,
    });
  }
}

/** The event that works everywhere. */
export const CLOCK_EVENT = "cpu-clock";

/** The result of a trial recording. */
export interface Trial {
  /** The event to record with; `undefined` for perf's own choice. */
  event: string | undefined;
  /** Whether the event is a clock because the machine has no hardware event. */
  isFallback: boolean;
  /** Options of `perf record` that this version of perf is to be given besides. */
  flags: readonly string[];
}

/**
 * Options that have `perf record` end at once. A thread of perf's watches for new BPF programs, and
 * perf waits at its end until that thread wakes up, for as much as a second
 * (tools/perf/util/sideband_evlist.c, `perf_evlist__poll_thread`). perf has the option from 5.1 on.
 */
function quickEnd({ major, minor }: PerfVersion): readonly string[] {
  return major > 5 || (major === 5 && minor >= 1) ? ["--no-bpf-event"] : [];
}

function makeTrialDirectory(): string {
  try {
    return mkdtempSync(`${tmpdir()}/xperf-`);
  } catch (cause) {
    throw new PerfError(`Cannot try perf: no temporary directory (${systemReason(cause)})`, {
      code: "file",
      hint: "df /tmp; ls -ld /tmp",
      cause,
    });
  }
}

/**
 * Finds out whether `perf` may record here, and with which event, by recording once.
 *
 * @param options The options of the later recording; its output and its command are not used.
 * @param version The version of perf. @default {it is given no option that only some have}
 * @throws {PerfError} With code `perf`, if it cannot record; the hint is the command that mends it.
 */
export function tryRecording(options: PerfRecordOptions, version?: PerfVersion): Trial {
  const flags = version === undefined ? [] : quickEnd(version);
  const directory = makeTrialDirectory();
  try {
    const output = `${directory}/trial.data`;
    const record = (event: string | undefined) =>
      // It records perf itself, the one program that is surely there.
      runPerf([
        "record",
        ...flags,
        ...perfRecordArgs({ ...options, event, output, command: TRIAL }),
      ]);
    const first = record(options.event);
    if (options.isOfRealTime) {
      if (!first.success) throw explainPerfFailure(first.stderr, readLimits());
      requireKernel(output);
      return { event: undefined, isFallback: false, flags };
    }
    if (first.success) {
      // Without hardware events newer versions of perf take a clock by themselves.
      const used = runPerf(["evlist", "-i", output]).stdout;
      const isFallback = isClock(used) && !isClock(options.event ?? "");
      return { event: isFallback ? CLOCK_EVENT : options.event, isFallback, flags };
    }
    if (options.event === undefined && record(CLOCK_EVENT).success) {
      return { event: CLOCK_EVENT, isFallback: true, flags };
    }
    throw explainPerfFailure(first.stderr, readLimits());
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/**
 * Refuses a recording of real time that leaves the kernel out, as perf does by itself where it may
 * not record the kernel: a thread stops in the kernel, so such a recording has no context switches.
 */
function requireKernel(recording: string): void {
  if (!/\bexclude_kernel: 1\b/.test(runPerf(["evlist", "-v", "-i", recording]).stdout)) return;
  const { paranoid } = readLimits();
  throw new PerfError(
    `Cannot record real time with perf: it may not record the kernel, perf_event_paranoid is ${
      paranoid ?? "unknown"
    }, must be 1 or less`,
    { code: "perf", hint: PARANOID_COMMAND },
  );
}

const TRIAL: readonly string[] = ["perf", "--version"];

/** Runs `perf` to its end. */
export function runPerf(
  args: readonly string[],
): { success: boolean; stdout: string; stderr: string } {
  const { error, status, stdout, stderr } = spawnSync("perf", args, {
    env: perfEnvironment(),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: Infinity,
  });
  if (error === undefined) return { success: status === 0, stdout, stderr };
  if ((error as { code?: string }).code !== "ENOENT") throw error;
  throw new PerfError("Cannot run perf: it is not on PATH, must be installed", {
    code: "perf",
    hint: installCommand(readText("/etc/os-release") ?? ""),
    cause: error,
  });
}

/**
 * Returns an environment in which perf prints its messages in English, for this package to read.
 */
function perfEnvironment(): Record<string, string | undefined> {
  return { ...process.env, LC_ALL: "C" };
}

/**
 * Runs `perf` and yields its output in pieces.
 *
 * @param args Its arguments.
 * @param options Whether a signal to this process ends it.
 * @throws {PerfError} With code `perf`, if it fails; the message has the last line of perf's
 * errors.
 */
export async function* perfOutput(
  args: readonly string[],
  { isInterruptible = true }: { isInterruptible?: boolean } = {},
): AsyncGenerator<string> {
  const child = spawn("perf", args, {
    env: perfEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text) => errors += text);
  const end = once(child, "close");
  // A reader may stop early and never await this promise; its failure must not end the process.
  end.catch(() => {});
  const interrupt = () => child.kill();
  const signals = isInterruptible ? INTERRUPTS : [];
  for (const signal of signals) process.on(signal, interrupt);
  try {
    yield* child.stdout.setEncoding("utf8");
    const [code, signal] = await end;
    if (code === 0) return;
    if (signal !== null) {
      throw new PerfError("Cannot report: the reading was interrupted", { code: "perf" });
    }
    throw new PerfError(`Cannot read with perf ${args[0]}: ${errors.trim().split("\n").at(-1)}`, {
      code: "perf",
      hint: `perf ${args.join(" ")}`,
    });
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
    child.kill();
    await end;
  }
}

/**
 * Signals that interrupt the reading of a recording. The command handles them to remove its files.
 */
const INTERRUPTS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a body that must remove its files: interrupts reach its child processes, but do not end us.
 */
export async function withoutInterrupts<Result>(body: () => Promise<Result>): Promise<Result> {
  const ignore = () => {};
  for (const signal of INTERRUPTS) process.on(signal, ignore);
  try {
    return await body();
  } finally {
    for (const signal of INTERRUPTS) process.off(signal, ignore);
  }
}

/** Reads the settings that can forbid this process to record. */
export function readLimits(): PerfLimits {
  const paranoid = readText("/proc/sys/kernel/perf_event_paranoid");
  return {
    paranoid: paranoid === undefined ? undefined : Number(paranoid),
    // proc(5): 2 is a filter.
    filtered: /^Seccomp:\s*2$/m.test(readText("/proc/self/status") ?? ""),
  };
}

/** Reads a small file of the system; `undefined` where it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

function isClock(event: string): boolean {
  return /^(cpu|task)-clock\b/m.test(event);
}
