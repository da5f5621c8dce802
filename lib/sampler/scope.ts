/*
 * What of a program is recorded: all of it, or only while trampolines are on, or only what it
 * measures. The program itself tells the sampler, which begins switched off.
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

/** The two FIFOs of `perf record --control`, with a comma between; without it the built-in sampler is told. */
export const CONTROL_VARIABLE: VariableName = "JS_PERF_CONTROL";

/** What is recorded. */
export type Scope =
  /** All of it. */
  | { kind: "all" }
  /** While trampolines are on. */
  | { kind: "active" }
  /** Between `performance.mark` and `performance.measure` of that name. */
  | { kind: "measure"; name: string };

/**
 * Reads the value of `--scope`.
 *
 * @param value `all`, `active` or `measure:NAME`.
 * @param source Who says so; it is what the error names.
 * @throws {RangeError} If it is something else.
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
 * Has only what is in the scope recorded, if the environment names one. What cannot be done is a
 * warning, and the program goes on.
 *
 * @param activation Whose trampolines are meant.
 * @param read Reads the environment.
 */
export function recordScope(activation: Activation, read: ReadVariable): void {
  const value = read(SCOPE_VARIABLE);
  if (!value) return;
  try {
    const scope = parseScope(value, SCOPE_VARIABLE);
    const control = read(CONTROL_VARIABLE);
    // Programs that it starts are others.
    for (const name of [SCOPE_VARIABLE, CONTROL_VARIABLE]) delete process.env[name];
    const record = control ? controlOfPerf(control) : controlOfSampler();
    if (scope.kind === "active") followActivation(activation, record);
    else if (scope.kind === "measure") followMeasure(scope.name, record);
    else record(true);
  } catch (error) {
    warn(`Cannot record only ${value}: ${(error as Error).message}`);
  }
}

/** perf does what it is told, and says so (`perf record --control`, tools/perf/util/evlist.c). */
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
      // What follows shall be recorded, or not, from its first instruction on.
      isGone = readSync(back, answer) === 0;
    } catch {
      // It has ended, and the program goes on.
      isGone = true;
    }
  };
}

function controlOfSampler(): SwitchRecording {
  const library = loadNativeLibrary();
  return (on) => library.xp_sampler_enable(on ? 1 : 0);
}

function followActivation(activation: Activation, record: SwitchRecording): void {
  activation.onSwitch = record;
  record(activation.backend !== undefined);
}

/**
 * A measure begins with a mark of its name, or of that and `-start` or `:start` behind it, and ends
 * when it is taken, or with a mark that has `-end` or `:end`.
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
