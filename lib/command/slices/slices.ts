import * as fs from "node:fs";
import { tmpdir } from "node:os";

import { PerfError } from "../../base/perf_error.ts";
import { systemReason } from "../../base/system_reason.ts";

/** The name of the slice that perf is writing; that of a finished one has a time behind it. */
const NAME = "slice.data";

/** The usual time between two looks for a finished slice, in milliseconds. */
const INTERVAL = 50;

/** A slice that perf does not write to any more. */
export interface FinishedSlice {
  path: string;
  /** When perf finished it, in milliseconds since 1970. */
  finished: number;
}

/** perf's option for slices of so many seconds. */
export function sliceArg(seconds: number): string {
  return `--switch-output=${seconds}s`;
}

/**
 * Makes a directory for slices; the caller removes it.
 *
 * @param purpose A word in its name.
 * @throws {PerfError} If it cannot be made.
 */
export function makeSliceDirectory(purpose: string): string {
  try {
    return fs.mkdtempSync(`${tmpdir()}/xperf-${purpose}-`);
  } catch (cause) {
    throw new PerfError(`Cannot record: no temporary directory (${systemReason(cause)})`, {
      code: "file",
      hint: "df /tmp; ls -ld /tmp",
      cause,
    });
  }
}

/**
 * Short recordings that one `perf record` writes one after the other, without a gap
 * (`--switch-output`). perf renames a slice when it is finished.
 */
export class Slices {
  /** The file that perf is told to write. */
  readonly output: string;
  readonly #directory: string;
  readonly #interval: number;
  #look: (() => void) | undefined;

  /**
   * @param directory Where the slices are written.
   * @param interval The time between two looks for a finished slice, in milliseconds.
   */
  constructor(directory: string, interval = INTERVAL) {
    this.#directory = directory;
    this.#interval = interval;
    this.output = `${directory}/${NAME}`;
  }

  /**
   * The finished slices, each removed when the next is asked for.
   *
   * @param isOver Whether perf has ended, so that no more comes.
   */
  async *finished(isOver: () => boolean): AsyncGenerator<FinishedSlice> {
    for (;;) {
      // Asked before looking: what perf finished before its end is found after it.
      const wasOver = isOver();
      const next = this.#oldest();
      if (next !== undefined) {
        yield { path: next, finished: fs.statSync(next).mtimeMs };
        fs.rmSync(next, { force: true });
      } else if (wasOver) return;
      else await this.#pause();
    }
  }

  /** Has the next look be now, since perf has ended. */
  lookNow(): void {
    this.#look?.();
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#interval);
      this.#look = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #oldest(): string | undefined {
    const name = fs.readdirSync(this.#directory)
      .filter((name) => name.startsWith(`${NAME}.`) && /^\d+$/.test(name.slice(NAME.length + 1)))
      .sort()[0];
    return name === undefined ? undefined : `${this.#directory}/${name}`;
  }
}
