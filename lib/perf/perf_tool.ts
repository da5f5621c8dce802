import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";

import { perfRecordArgs, type PerfRecordOptions } from "./perf_record_args.ts";
import { PerfError } from "../base/perf_error.ts";
import { parsePerfVersion, type PerfVersion } from "./perf_version.ts";
import { explainPerfFailure, installCommand, type PerfLimits } from "./perf_failure.ts";

/** The `perf` command that is on PATH. */
export interface PerfTool {
  /** What it calls itself, as `6.12.95`. */
  name: string;
  /** The same, parsed. */
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
    // Ubuntu's perf is a script that looks for one made for the running kernel.
    throw new PerfError(`Cannot run perf: ${(cause as Error).message}`, {
      code: "perf",
      hint: installCommand(readText("/etc/os-release") ?? ""),
      cause,
    });
  }
}

/** The event that works everywhere. */
export const CLOCK_EVENT = "cpu-clock";

/** What a trial recording has shown. */
export interface Trial {
  /** The event to record with; `undefined` for perf's own choice. */
  event: string | undefined;
  /** Whether this is a clock because there is no hardware event. */
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
    throw new PerfError(`Cannot try perf: no temporary directory (${(cause as Error).message})`, {
      code: "file",
      hint: "df /tmp; ls -ld /tmp",
      cause,
    });
  }
}

/**
 * Finds out whether `perf` may record here, and with which event, by recording once.
 *
 * @param options What is to be recorded later; its output and its command are not used.
 * @param version The version of perf. @default {it is given no option that only some have}
 * @throws {PerfError} With code `perf`, if it cannot record; the hint is the command that mends it.
 */
export function tryRecording(options: PerfRecordOptions, version?: PerfVersion): Trial {
  const flags = version === undefined ? [] : quickEnd(version);
  const directory = makeTrialDirectory();
  try {
    const output = `${directory}/trial.data`;
    const record = (event: string | undefined) =>
      // perf itself is the one program that is surely there.
      runPerf([
        "record",
        ...flags,
        ...perfRecordArgs({ ...options, event, output, command: TRIAL }),
      ]);
    const first = record(options.event);
    if (first.success) {
      // Without hardware events newer versions of perf take a clock of their own accord.
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

/** perf's messages are to be read by us. */
function perfEnvironment(): Record<string, string | undefined> {
  return { ...process.env, LC_ALL: "C" };
}

/**
 * Runs `perf` and hands over its output in pieces.
 *
 * @param args Its arguments.
 * @throws {PerfError} With code `perf`, if it fails; perf's last words are in the message.
 */
export async function* perfOutput(args: readonly string[]): AsyncGenerator<string> {
  const child = spawn("perf", args, {
    env: perfEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text) => errors += text);
  const end = once(child, "close");
  // A wait that never comes to its end, where the reader has enough, must not be an error.
  end.catch(() => {});
  const interrupt = () => child.kill();
  for (const signal of INTERRUPTS) process.on(signal, interrupt);
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
    for (const signal of INTERRUPTS) process.off(signal, interrupt);
    child.kill();
    await end;
  }
}

/** What ends the reading of a recording; whoever reads it has files to remove. */
const INTERRUPTS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs what leaves files behind if it is interrupted: signals are kept for what it waits for. */
export async function withoutInterrupts<Result>(body: () => Promise<Result>): Promise<Result> {
  const ignore = () => {};
  for (const signal of INTERRUPTS) process.on(signal, ignore);
  try {
    return await body();
  } finally {
    for (const signal of INTERRUPTS) process.off(signal, ignore);
  }
}

/** What the kernel lets this process record. */
export function readLimits(): PerfLimits {
  const paranoid = readText("/proc/sys/kernel/perf_event_paranoid");
  return {
    paranoid: paranoid === undefined ? undefined : Number(paranoid),
    // proc(5): 2 is a filter.
    filtered: /^Seccomp:\s*2$/m.test(readText("/proc/self/status") ?? ""),
  };
}

/** A small file of the system; `undefined` where it cannot be read. */
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
