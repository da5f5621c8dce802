/*
 * `profile -p PID`: perf attaches to a program that runs already. Its functions have names if it
 * was started by `run`, or has loaded @x/perf and trampolines are on. A signal that the program
 * listens to can turn them on.
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
 * Reads and checks the process that the command line names.
 *
 * @returns Its number; `undefined` where the command line names none.
 * @throws {PerfError} If a script or an option for one is named too, or there is no such process,
 * or it is another user's.
 * @throws {RangeError} If the value is no number of a process.
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
 * Returns a running program in the form of one to record. If the command line names a signal, it
 * turns trampolines on before the recording and off after it.
 *
 * @param pid The number of its process.
 * @param options The command line, and the seconds of the recording; `undefined` until Ctrl-C.
 */
export function attachedProgram(
  pid: number,
  { line, seconds }: { line: CommandLine; seconds: number | undefined },
): ScriptCommand {
  const signal = parseToggleSignal(lastValue(line, "toggle-signal") ?? "", "--toggle-signal");
  const toggle = signal === undefined ? undefined : () => sendIfHeard(pid, signal);
  return {
    // perf starts this command when it begins to record, and ends with it.
    command: seconds === undefined ? [] : ["sleep", String(seconds)],
    env: definedVariables(process.env),
    pid,
    begin: toggle,
    finish() {
      try {
        toggle?.();
      } catch {
        // The program has ended.
      }
    },
  };
}

/** Sends a signal to a process that listens to it. Without a listener it would end the process. */
function sendIfHeard(pid: number, signal: Signal): void {
  if (!listens(pid, signal)) {
    throw new PerfError(
      `Cannot turn trampolines on in process ${pid}: it does not listen to ${signal}`,
      { code: "unavailable", hint: `start it with JS_PERF_TOGGLE_SIGNAL=${signal}` },
    );
  }
  process.kill(pid, signal);
}

/** Whether a process listens to a signal: SigCgt of proc(5) is a mask of signals with a handler. */
function listens(pid: number, signal: Signal): boolean {
  const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
  const caught = BigInt(`0x${/^SigCgt:\s*(\w+)$/m.exec(status)?.[1] ?? "0"}`);
  return (caught >> BigInt(constants.signals[signal] - 1) & 1n) === 1n;
}
