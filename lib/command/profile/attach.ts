/*
 * `profile -p PID`: perf attaches to a program that runs already. Names are there if the program
 * has loaded @x/perf, and trampolines are on, or are turned on by the signal that it listens to.
 */
import * as fs from "node:fs";
import { constants } from "node:os";
import process from "node:process";

import { parseToggleSignal } from "../../instrument/toggle_signal.ts";
import { PerfError } from "../../base/perf_error.ts";
import type { Signal } from "../program/child.ts";
import { type CommandLine, lastValue, usageError } from "../command_line.ts";
import { definedVariables, type ScriptCommand } from "../program/script.ts";

/**
 * The process that the command line names.
 *
 * @returns `undefined` where it names none.
 * @throws {PerfError} If it names a script too, or there is no such process, or it is another user's.
 * @throws {RangeError} If it is no number.
 */
export function processOf(line: CommandLine): number | undefined {
  const value = lastValue(line, "pid");
  if (value === undefined) return undefined;
  const pid = Number(value);
  if (!/^\d+$/.test(value) || pid === 0) {
    throw new RangeError(`Cannot record process "${value}": must be the number of one`);
  }
  if (line.script !== undefined) {
    throw usageError(
      `Cannot record process ${pid} and "${line.script}": must be one of them`,
    );
  }
  for (const name of ["engine", "all-lines", "runtime-args"]) {
    if (line.options.has(name)) {
      throw usageError(`Cannot use --${name} with -p: the program has started already`);
    }
  }
  try {
    process.kill(pid, 0);
  } catch (cause) {
    const isOther = (cause as { code?: string }).code === "EPERM";
    throw new PerfError(
      `Cannot record process ${pid}: ${isOther ? "it is another user's" : "there is none"}`,
      { code: "perf", hint: isOther ? `sudo perf record -p ${pid}` : "ps aux", cause },
    );
  }
  return pid;
}

/**
 * A program that runs already, as something to record; turned on by its signal, if the command line
 * names one.
 *
 * @param seconds How long it is recorded; `undefined` until somebody ends the recording.
 */
export function attachedProgram(
  pid: number,
  { line, seconds }: { line: CommandLine; seconds: number | undefined },
): ScriptCommand {
  const signal = parseToggleSignal(lastValue(line, "toggle-signal") ?? "", "--toggle-signal");
  const toggle = signal === undefined ? undefined : () => sendIfHeard(pid, signal);
  return {
    // perf starts it once it records, and ends with it.
    command: seconds === undefined ? [] : ["sleep", String(seconds)],
    env: definedVariables(process.env),
    pid,
    begin: toggle,
    finish() {
      try {
        toggle?.();
      } catch {
        // It has ended.
      }
    },
  };
}

/** A signal that nobody listens to would end the process. */
function sendIfHeard(pid: number, signal: Signal): void {
  if (!listens(pid, signal)) {
    throw new PerfError(
      `Cannot turn trampolines on in process ${pid}: it does not listen to ${signal}`,
      { code: "unavailable", hint: `start it with JS_PERF_TOGGLE_SIGNAL=${signal}` },
    );
  }
  process.kill(pid, signal);
}

/** proc(5): SigCgt is a mask of the signals that have a handler. */
function listens(pid: number, signal: Signal): boolean {
  const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
  const caught = BigInt(`0x${/^SigCgt:\s*(\w+)$/m.exec(status)?.[1] ?? "0"}`);
  return (caught >> BigInt(constants.signals[signal] - 1) & 1n) === 1n;
}
