import { readFileSync, writeFileSync } from "node:fs";

import { PerfError } from "../base/perf_error.ts";

/** The most frames that the kernel keeps of a stack (Documentation/admin-guide/sysctl/kernel.rst). */
const LIMIT_FILE = "/proc/sys/kernel/perf_event_max_stack";

/** The kernel allocates 8 bytes a frame for each processor and each of four contexts; 640 frames is 20 KiB. */
const MOST_FRAMES = 8192;

/**
 * Refuses a number of frames that no stack can have.
 *
 * @throws {RangeError} If it is no whole number from 1 to 8192.
 */
export function checkStackFrames(frames: number): void {
  if (Number.isInteger(frames) && frames >= 1 && frames <= MOST_FRAMES) return;
  throw new RangeError(
    `Cannot keep "${frames}" frames of a stack: must be a whole number from 1 to ${MOST_FRAMES}`,
  );
}

/**
 * Raises the kernel's limit on the frames of a stack while a recording runs, and puts it back.
 *
 * The limit is the machine's, so it is raised only where the user asks for it. The kernel refuses to
 * change it while another process records stacks.
 */
export class KernelStackLimit implements Disposable {
  readonly #file: string;
  readonly #before: string | undefined;

  /**
   * @param frames The most frames of a stack; a limit that is as high already stays as it is.
   * @param file Where the limit is. @default {the kernel's}
   * @throws {RangeError} If `frames` is no whole number from 1 to 8192.
   * @throws {PerfError} If the limit cannot be raised.
   */
  constructor(frames: number, file: string = LIMIT_FILE) {
    checkStackFrames(frames);
    this.#file = file;
    try {
      const before = readFileSync(file, "utf8").trim();
      if (Number(before) >= frames) return;
      writeFileSync(file, `${frames}`);
      this.#before = before;
    } catch (cause) {
      const isBusy = (cause as { code?: string }).code === "EBUSY";
      throw new PerfError(
        `Cannot keep ${frames} frames of a stack: ${
          isBusy ? "another process records stacks now" : `"${file}" cannot be written`
        }, must be the kernel's limit`,
        { code: "perf", hint: `sudo sysctl kernel.perf_event_max_stack=${frames}`, cause },
      );
    }
  }

  /** Puts the limit back. A recording of another process that has begun since keeps it as it is. */
  [Symbol.dispose](): void {
    if (this.#before === undefined) return;
    try {
      writeFileSync(this.#file, this.#before);
    } catch {
      // A higher limit harms no recording.
    }
  }
}
