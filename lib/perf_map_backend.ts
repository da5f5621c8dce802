import { writeSync } from "node:fs";

import type { Backend, CodeRegion } from "./backend.ts";
import { openOwnFile } from "./own_file.ts";
import { PerfError } from "./perf_error.ts";
import { formatPerfMapEntry, perfMapPath } from "./perf_map.ts";
import { processId } from "./runtime.ts";

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
    let written: number;
    try {
      written = writeSync(this.#descriptor, line);
    } catch (cause) {
      throw this.#failure((cause as Error).message, cause);
    }
    if (written !== line.length) throw this.#failure("the disk is full");
  }

  #failure(what: string, cause?: unknown): PerfError {
    return new PerfError(`Cannot write "${this.#path}": ${what}`, {
      code: "file",
      hint: "df /tmp",
      cause,
    });
  }
}
