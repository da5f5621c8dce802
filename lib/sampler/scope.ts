/*
 * The scope of a recording: the whole program, only the time while trampolines are on, or only the
 * time that the program measures. The program itself switches the recording, which begins off.
 */
import process from "node:process";

import { openSync, readSync, writeSync } from "../base/file_system.ts";
import type { Activation } from "../activation/activation.ts";
import { loadNativeLibrary } from "../native/native_library.ts";
import type { ReadVariable } from "../activation/switches.ts";
import { warn } from "../base/warnings.ts";
import type { VariableName } from "../base/environment.ts";
import { followScope, parseScope, type SwitchRecording } from "./followed_scope.ts";

/** Names the scope. */
export const SCOPE_VARIABLE: VariableName = "JS_PERF_SCOPE";

/**
 * The two FIFOs of `perf record --control`, with a comma between; unset for the built-in sampler.
 */
export const CONTROL_VARIABLE: VariableName = "JS_PERF_CONTROL";

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
