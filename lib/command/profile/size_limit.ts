/*
 * A program that is left alone would fill the disk: its recording ends when it has reached a size.
 */
import * as fs from "node:fs";

import { SIZE_UNITS } from "../../perf/max_size.ts";

/** Options of {@linkcode SizeLimit}. */
export interface SizeLimitOptions {
  /** The file that grows; it need not be there yet. */
  path: string;
  /** Bytes that belong to the recording elsewhere, as V8's logs. @default {none} */
  more?: () => number;
  /** Whether the program ends with its recording. @default {true} */
  endsProgram?: boolean;
}

/** A limit that a recording has reached, as `--max-size` has them. */
export interface ReachedSize {
  /** The limit. */
  size: string;
  /** A limit that is worth a try. */
  next: string;
}

/** Tells when a recording has become too large. */
export class SizeLimit {
  readonly #most: number;
  readonly #options: SizeLimitOptions;
  #isReached = false;

  /** @param most Bytes. */
  constructor(most: number, options: SizeLimitOptions) {
    this.#most = most;
    this.#options = options;
  }

  /** Looks how large the recording is now. */
  readonly isReached = (): boolean => {
    const { path, more = () => 0 } = this.#options;
    this.#isReached ||= sizeOf(path) + more() >= this.#most;
    return this.#isReached;
  };

  /** The limit; `undefined` where the recording has stayed below. */
  get reached(): ReachedSize | undefined {
    if (!this.#isReached) return undefined;
    return { size: sizeText(this.#most), next: sizeText(4 * this.#most) };
  }

  /** What is to be said of it; nothing where the recording has stayed below. */
  get notes(): string[] {
    const { reached } = this;
    if (reached === undefined) return [];
    const { endsProgram = true } = this.#options;
    return [
      `warning: the recording ended${
        endsProgram ? ", and the program with it," : ""
      } when it had ` +
      `${megabytes(this.#most)}; --max-size ${reached.next} records more`,
    ];
  }
}

function sizeOf(path: string): number {
  try {
    return fs.statSync(path).size;
  } catch {
    return 0;
  }
}

function megabytes(bytes: number): string {
  return bytes < SIZE_UNITS["M"]!
    ? `${bytes} bytes`
    : `${Math.round(bytes / SIZE_UNITS["M"]!)} MiB`;
}

/** A size in the largest unit that it is whole in. */
function sizeText(bytes: number): string {
  const unit = ["G", "M", "K", "B"].find((unit) => bytes % SIZE_UNITS[unit]! === 0)!;
  return `${bytes / SIZE_UNITS[unit]!}${unit}`;
}
