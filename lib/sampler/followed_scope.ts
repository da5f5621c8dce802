/*
 * The scope of a recording: the whole program, only the time while trampolines are on, or only the
 * time that the program measures. This module loads nothing else: programs that record their memory
 * start sooner without trampolines and the native library.
 */
import type { Activation } from "../activation/activation.ts";

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
 * Switches a recording on and off as a scope says; it must be off now.
 *
 * @param scope The scope.
 * @param activation Its trampolines decide in the scope `active`, and are needed for it only.
 * @param record Switches the recording.
 */
export function followScope(
  scope: Scope,
  activation: Pick<Activation, "onSwitch" | "backend"> | undefined,
  record: SwitchRecording,
): void {
  if (scope.kind === "active") {
    if (activation === undefined) throw new TypeError("Cannot follow trampolines: there are none");
    followActivation(activation, record);
  } else if (scope.kind === "measure") followMeasure(scope.name, record);
  else record(true);
}

function followActivation(
  activation: Pick<Activation, "onSwitch" | "backend">,
  record: SwitchRecording,
): void {
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
