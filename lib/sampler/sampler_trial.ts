import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";

import { loadNativeLibrary } from "../native/native_library.ts";
import { libraryPermissions } from "../activation/needed_permissions.ts";
import { PerfError } from "../base/perf_error.ts";
import { missingPermission, processId } from "../runtime/runtime.ts";
import { startSampling } from "./program_sampler.ts";
import { readSampleFile } from "../recording/built_in/sample_file.ts";

/** Samples per second of processor time; more than the kernel's ticks. */
const FREQUENCY = 1000;

/**
 * Milliseconds of processor time to sample; some ticks of the slowest kernel (10 ms,
 * CONFIG_HZ=100).
 */
const DURATION = 50;

/**
 * Tests the built-in sampler by sampling this process for a moment.
 *
 * Uses `--allow-ffi`, and `--allow-read` and `--allow-write` of /tmp; never prompts for them.
 *
 * @throws {PerfError} If the sampler does not work here.
 */
export function trySampling(): void {
  const missing = missingPermission([
    ...libraryPermissions(),
    { name: "write", path: "/tmp" },
    { name: "read", path: "/tmp" },
  ]);
  if (missing !== undefined) {
    throw new PerfError(`Cannot sample this process: permission is missing: ${missing}`, {
      code: "unavailable",
      hint: "deno run -A …",
    });
  }
  const directory = mkdtempSync(`/tmp/xperf-trial-${processId()}-`);
  try {
    const path = `${directory}/samples`;
    writeFileSync(path, "", { mode: 0o600 });
    startSampling(path, FREQUENCY);
    useProcessor();
    const result = loadNativeLibrary().xp_sampler_stop();
    if (result < 0) throw unavailable(`its samples cannot be written, error ${-result}`);
    if (readSampleFile(readFileSync(path)).samples.length === 0) {
      throw unavailable(`no sample was taken in ${DURATION} ms of processor time`);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function useProcessor(): void {
  const start = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(start);
    if (user + system > 1000 * DURATION) return;
  }
}

function unavailable(reason: string): PerfError {
  return new PerfError(`Cannot sample this process: ${reason}`, { code: "unavailable" });
}
