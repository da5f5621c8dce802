import * as fs from "node:fs";

import { PerfError } from "../../base/perf_error.ts";
import { systemReason } from "../../base/system_reason.ts";
import { SPANS_VARIABLE } from "../../spans/record_spans.ts";
import { spansPath } from "../report/span_choice.ts";

/**
 * Makes the file that the program writes its spans into, and removes that of an earlier recording.
 *
 * @param recording The file of the recording.
 * @param isWanted Whether spans are recorded.
 * @returns The variables that ask the program for spans.
 * @throws {PerfError} If the file cannot be made.
 */
export function beginSpans(recording: string, isWanted: boolean): Record<string, string> {
  const path = spansPath(recording);
  try {
    fs.rmSync(path, { force: true });
    if (!isWanted) return {};
    fs.writeFileSync(path, "", { mode: 0o600, flag: "wx" });
    // The program may change its directory.
    return { [SPANS_VARIABLE]: fs.realpathSync(path) };
  } catch (cause) {
    throw new PerfError(`Cannot write "${path}": ${systemReason(cause)}`, {
      code: "file",
      hint: "-o FILE names another place",
      cause,
    });
  }
}
