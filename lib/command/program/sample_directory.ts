import * as fs from "node:fs";
import { tmpdir } from "node:os";

import { PerfError } from "../../base/perf_error.ts";
import { systemReason } from "../../base/system_reason.ts";

/**
 * Makes a directory for the built-in sampler, in /tmp: a program that may write a perf map may write
 * there.
 *
 * @throws {PerfError} If it cannot be made.
 */
export function makeSampleDirectory(): string {
  const parent = fs.existsSync("/tmp") ? "/tmp" : tmpdir();
  try {
    return fs.mkdtempSync(`${parent}/xperf-samples-`);
  } catch (cause) {
    throw new PerfError(
      `Cannot sample: no temporary directory (${systemReason(cause)})`,
      { code: "file", hint: "df /tmp; ls -ld /tmp", cause },
    );
  }
}
