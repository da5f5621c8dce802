/*
 * The sampler's start inside the sampled program. The command that starts the program sets
 * environment variables, and the preloaded module calls this one.
 */
import process from "node:process";

import { closeSync, constants, openSync } from "../base/file_system.ts";
import { loadNativeLibrary } from "../native/native_library.ts";
import { PerfError } from "../base/perf_error.ts";
import type { ReadVariable } from "../activation/switches.ts";
import {
  EVENT_VARIABLE,
  FREQUENCY_VARIABLE,
  type SampledTime,
  SAMPLES_VARIABLE,
} from "./sampling_variables.ts";
import { collectionsPath, countCollections } from "./count_collections.ts";
import { SCOPE_VARIABLE } from "./scope.ts";
import { warn } from "../base/warnings.ts";

/**
 * Samples this process until it ends, if the environment asks for it. An obstacle becomes a
 * warning, and the program goes on.
 *
 * Needs `--allow-ffi`, `--allow-read` of the native library, `--allow-write` of the file and
 * `--allow-env` of the variables.
 *
 * @param read Reads the environment.
 */
export function sampleThisProgram(read: ReadVariable): void {
  const path = read(SAMPLES_VARIABLE);
  if (!path) return;
  try {
    const frequency = Number(read(FREQUENCY_VARIABLE));
    const time = read(EVENT_VARIABLE) === "wall" ? "wall" : "cpu";
    // Programs that this one starts must not sample themselves.
    for (const name of [SAMPLES_VARIABLE, FREQUENCY_VARIABLE, EVENT_VARIABLE]) {
      delete process.env[name];
    }
    startSampling(path, frequency, time);
    // scope.ts switches it on where the scope begins.
    if (read(SCOPE_VARIABLE)) loadNativeLibrary().xp_sampler_enable(0);
    else countCollections(collectionsPath(path));
  } catch (error) {
    warn(error, "nothing is sampled");
  }
}

/** The native library's limit: at least 10 000 ns between two samples (ffi/xperf.h). */
const HIGHEST_FREQUENCY = 100_000;

/**
 * Starts sampling all threads of this process, until it ends.
 *
 * @param path An existing file of ours, to append to.
 * @param frequency Samples per second.
 * @param time The time that samples are taken of.
 * @throws {PerfError} If the file cannot be opened, or the system refuses what the sampler needs.
 */
export function startSampling(
  path: string,
  frequency: number,
  time: SampledTime = "cpu",
): void {
  if (!(frequency >= 1 && frequency <= HIGHEST_FREQUENCY)) {
    throw new PerfError(
      `Cannot sample with frequency "${frequency}": must be from 1 to ${HIGHEST_FREQUENCY}`,
      { code: "usage" },
    );
  }
  const library = loadNativeLibrary();
  const { O_APPEND, O_WRONLY, O_NOFOLLOW } = constants;
  const descriptor = openSync(path, O_WRONLY | O_APPEND | O_NOFOLLOW);
  try {
    const event = time === "wall" ? 1 : 0;
    const result = library.xp_sampler_start(descriptor, Math.round(1e9 / frequency), event);
    if (result < 0) {
      throw new PerfError(`Cannot sample this process: error ${-result}`, {
        code: "unavailable",
        hint: SAMPLER_HINTS[-result],
      });
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Remedies of a refusal, by errno(3). */
const SAMPLER_HINTS: Readonly<Record<number, string>> = {
  2: "mount -t proc proc /proc",
  11: "ulimit -i; ulimit -u",
  13: "the sandbox must let a process read its own memory: process_vm_readv or /proc/self/mem",
};
