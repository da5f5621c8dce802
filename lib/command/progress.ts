import process from "node:process";

/** The part of a stream that {@linkcode Progress} needs. */
export interface ProgressStream {
  /** Whether the stream is a terminal. */
  isTTY?: boolean;
  write(text: string): unknown;
}

/** The least time between two changes of the line, in milliseconds. */
const INTERVAL = 250;

/**
 * A line on a terminal that shows progress and disappears at the end. Nothing is written where the
 * stream is no terminal, or the user wants it quiet.
 */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #isOn: boolean;
  #shownAt = -Infinity;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    { isQuiet = false, stream = process.stderr }: { isQuiet?: boolean; stream?: ProgressStream } =
      {},
  ) {
    this.#stream = stream;
    this.#isOn = !isQuiet && stream.isTTY === true;
  }

  /** Replaces the line, unless the last one was shown less than {@linkcode INTERVAL} ago. */
  show(text: () => string): void {
    const now = performance.now();
    if (!this.#isOn || now - this.#shownAt < INTERVAL) return;
    this.#shownAt = now;
    // The cursor goes back to the start, so that output of the program begins at the line's start.
    this.#stream.write(`\r\x1b[K${text()}\r`);
  }

  /** Replaces the line at intervals. */
  watch(text: () => string): void {
    if (!this.#isOn) return;
    this.#timer = setInterval(() => this.show(text), INTERVAL);
    // The timer must not keep the process alive.
    this.#timer.unref?.();
  }

  /** Removes the line, and stops its updates. */
  clear(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#shownAt > -Infinity) this.#stream.write("\r\x1b[K");
    this.#shownAt = -Infinity;
  }
}
