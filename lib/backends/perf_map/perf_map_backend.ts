import { fstatSync, ftruncateSync, writeSync } from "../../base/file_system.ts";
import type { Backend, CodeRegion } from "../backend.ts";
import { loadedNativeLibrary } from "../../native/native_library.ts";
import { openOwnFile } from "../own_file.ts";
import { PerfError } from "../../base/perf_error.ts";
import { formatPerfMapEntry, perfMapPath } from "./perf_map.ts";
import { processId } from "../../runtime/runtime.ts";
import { writeFailure } from "../write_failure.ts";

/**
 * The perf map of this process. Every region is written immediately, one line by one write, so a
 * process that is killed at any moment leaves whole lines.
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
    // The library's lock covers all threads, so it can cut back a line that does not fit.
    const result = library.xp_append(this.#descriptor, line, line.length);
    if (result !== 0) throw writeFailure(this.#path, -result);
  }

  /** Appends without the library: {@linkcode writePerfMapEntry} does not load it. */
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
      // Half a line stays. The caller throws an error about the file anyway.
    }
  }
}
