/*
 * The scope of a recording: the whole program, only the time while trampolines are on, or only the
 * time that the program measures. The program itself switches the recording, which begins off.
 */
import { openSync, readSync, writeSync } from "node:fs";
import process from "node:process";

import type { Activation } from "../activation/activation.ts";
import { loadNativeLibrary } from "../native/native_library.ts";
import type { ReadVariable } from "../activation/switches.ts";
import { warn } from "../base/warnings.ts";
import type { VariableName } from "../base/environment.ts";

/** Names the scope. */
export const SCOPE_VARIABLE: VariableName = "JS_PERF_SCOPE";

/**
 * The two FIFOs of `perf record --control`, with a comma between; unset for the built-in sampler.
 */
export const CONTROL_VARIABLE: VariableName = "JS_PERF_CONTROL";

/** The part of a program that is recorded. */
export type Scope =
  /** All of it. */
  | { kind: "all" }
  /** The time while trampolines are on. */
  | { kind: "active" }
  /** The time between `performance.mark` and `performance.measure` of a name. */
  | { kind: "measure"; name: string };

/**
 * Reads the value of `--scope`.
 *
 * @param value `all`, `active` or `measure:NAME`.
 * @param source The origin of the value, which the error names.
 * @throws {RangeError} If the value is something else.
 */
export function parseScope(value: string, source: string): Scope {
  if (value === "all" || value === "active") return { kind: value };
  const name = /^measure:(.+)$/s.exec(value)?.[1];
  if (name !== undefined) return { kind: "measure", name };
  throw new RangeError(
    `Cannot use scope "${value}" of ${source}: must be all, active or measure:NAME`,
  );
}

/** Switches recording on and off. */
export type SwitchRecording = (on: boolean) => void;

/**
 * Limits the recording to a scope, if the environment names one. An obstacle becomes a warning, and
 * the program goes on.
 *
 * @param activation Its trampolines decide in the scope `active`.
 * @param read Reads the environment.
 */
export function recordScope(activation: Activation, read: ReadVariable): void {
  const value = read(SCOPE_VARIABLE);
  if (!value) return;
  try {
    const scope = parseScope(value, SCOPE_VARIABLE);
    const control = read(CONTROL_VARIABLE);
    // Programs that this one starts must not switch the recording.
    for (const name of [SCOPE_VARIABLE, CONTROL_VARIABLE]) delete process.env[name];
    followScope(scope, activation, control ? controlOfPerf(control) : controlOfSampler());
  } catch (error) {
    warn(`Cannot record only ${value}: ${(error as Error).message}`);
  }
}

/**
 * Switches a recording on and off as a scope says; it must be off now.
 *
 * @param scope The scope.
 * @param activation Its trampolines decide in the scope `active`.
 * @param record Switches the recording.
 */
export function followScope(scope: Scope, activation: Activation, record: SwitchRecording): void {
  if (scope.kind === "active") followActivation(activation, record);
  else if (scope.kind === "measure") followMeasure(scope.name, record);
  else record(true);
}

/**
 * Sends commands to perf, which acknowledges each (`perf record --control`,
 * tools/perf/util/evlist.c).
 */
function controlOfPerf(paths: string): SwitchRecording {
  const [commands, answers] = paths.split(",");
  const out = openSync(commands!, "w");
  const back = openSync(answers!, "r");
  const answer = new Uint8Array("ack\n\0".length);
  let isOn = false;
  let isGone = false;
  return (on) => {
    if (on === isOn || isGone) return;
    isOn = on;
    try {
      writeSync(out, on ? "enable\n" : "disable\n");
      // Wait for the answer, so that the switch holds from the program's next instruction on.
      isGone = readSync(back, answer) === 0;
    } catch {
      // perf has ended; the program goes on.
      isGone = true;
    }
  };
}

function controlOfSampler(): SwitchRecording {
  const library = loadNativeLibrary();
  return (on) => library.xp_sampler_enable(on ? 1 : 0);
}

function followActivation(activation: Activation, record: SwitchRecording): void {
  activation.onSwitch(record);
  record(activation.backend !== undefined);
}

/**
 * Records while a measure is under way. The measure NAME begins with the mark NAME, NAME-start or
 * NAME:start. It ends with the measure itself, or with the mark NAME-end or NAME:end.
 */
export function followMeasure(name: string, record: SwitchRecording): void {
  const begins = [name, `${name}-start`, `${name}:start`];
  const ends = [`${name}-end`, `${name}:end`];
  const { mark, measure } = Performance.prototype;
  const methods = {
    mark(this: Performance, ...args: Parameters<Performance["mark"]>) {
      if (ends.includes(String(args[0]))) record(false);
      const result = mark.apply(this, args);
      if (begins.includes(String(args[0]))) record(true);
      return result;
    },
    measure(this: Performance, ...args: Parameters<Performance["measure"]>) {
      if (String(args[0]) === name) record(false);
      return measure.apply(this, args);
    },
  };
  for (const key of ["mark", "measure"] as const) {
    const descriptor = Object.getOwnPropertyDescriptor(Performance.prototype, key)!;
    Object.defineProperty(Performance.prototype, key, { ...descriptor, value: methods[key] });
  }
}
