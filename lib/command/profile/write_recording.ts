import * as fs from "node:fs";
import { dirname } from "node:path";

import { PerfError } from "../../base/perf_error.ts";
import { systemReason } from "../../base/system_reason.ts";
import { encodeRecording } from "../../recording/recording_file.ts";
import type { Recording } from "../../recording/recording.ts";

/**
 * Writes a recording to a file. A file that cannot be written whole is not left behind.
 *
 * @param path The file.
 * @param recording The recording.
 * @throws {PerfError} If it cannot be written, as on a full disk.
 */
export function writeRecording(path: string, recording: Recording): void {
  try {
    fs.writeFileSync(path, encodeRecording(recording));
  } catch (cause) {
    fs.rmSync(path, { force: true });
    throw new PerfError(`Cannot write the recording "${path}": ${systemReason(cause)}`, {
      code: "file",
      hint: `df ${dirname(path)}`,
      cause,
    });
  }
}
