import { fstatSync, ftruncateSync, writeSync } from "node:fs";

import type { Backend, CodeRegion } from "../backend.ts";
import { loadedNativeLibrary } from "../../native/native_library.ts";
import { openOwnFile } from "../own_file.ts";
import { PerfError } from "../../base/perf_error.ts";
import { formatPerfMapEntry, perfMapPath } from "./perf_map.ts";
import { processId } from "../../runtime/runtime.ts";
import { writeFailure } from "../write_failure.ts";

/**
 * The perf map of this process. Every region is written at once, one line by
 * one write, so that a process killed at any moment leaves whole lines.
 */
export class PerfMapBackend implements Backend {
  /** @inheritdoc */
  readonly name = "perf";
  /** @inheritdoc */
  readonly padding = 0;
  readonly #path = perfMapPath(processId());
  readonly #descriptor = openOwnFile(this.#path);

  /** @inheritdoc */
  declare(region: CodeRegion): void {
    const line = formatPerfMapEntry(region);
    const library = loadedNativeLibrary();
    if (library === undefined) return this.#append(line);
    // Under a lock that all threads share: a line that does not fit can be taken back.
    const result = library.xp_append(this.#descriptor, line, line.length);
    if (result !== 0) throw writeFailure(this.#path, -result);
  }

  /** The same without the library, which {@linkcode writePerfMapEntry} does not need. */
  #append(line: Uint8Array): void {
    const { size } = fstatSync(this.#descriptor);
    try {
      writeSync(this.#descriptor, line);
    } catch (cause) {
      this.#cutBack(size);
      throw new PerfError(`Cannot write "${this.#path}": ${(cause as Error).message}`, {
        code: "file",
        hint: "df /tmp",
        cause,
      });
    }
  }

  #cutBack(size: number): void {
    try {
      ftruncateSync(this.#descriptor, size);
    } catch {
      // Half a line stays. That the file cannot be written is said already.
    }
  }
}
