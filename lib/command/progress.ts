import process from "node:process";

/** What {@linkcode Progress} needs of a stream. */
export interface ProgressStream {
  /** Whether somebody looks at it. */
  isTTY?: boolean;
  write(text: string): unknown;
}

/** How often the line changes at most, in milliseconds. */
const INTERVAL = 250;

/**
 * A line on a terminal that says how far things are, and is gone in the end. Where there is no
 * terminal, or nobody wants to know, nothing is written.
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

  /** Shows a line instead of the last, unless that has just come. */
  show(text: () => string): void {
    const now = performance.now();
    if (!this.#isOn || now - this.#shownAt < INTERVAL) return;
    this.#shownAt = now;
    // The cursor goes back to the start: what the program prints stands on a line of its own.
    this.#stream.write(`\r\x1b[K${text()}\r`);
  }

  /** Shows a line now and again. */
  watch(text: () => string): void {
    if (!this.#isOn) return;
    this.#timer = setInterval(() => this.show(text), INTERVAL);
    // The line is no reason to stay.
    this.#timer.unref?.();
  }

  /** Takes the line away. */
  clear(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#shownAt > -Infinity) this.#stream.write("\r\x1b[K");
    this.#shownAt = -Infinity;
  }
}
