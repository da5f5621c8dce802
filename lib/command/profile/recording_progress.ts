/*
 * Shows the progress of a recording while perf or the program writes it.
 */
import * as fs from "node:fs";

import { SampleCounter } from "../../recording/sample_counter.ts";
import type { Progress } from "../progress.ts";

/** The number of bytes that are read at once. */
const PIECE = 1 << 20;

/**
 * Shows the time, the samples and the size of a recording, until the returned function is called.
 *
 * @param progress The line that shows them.
 * @param path The file of the recording; it may appear later.
 * @param options Whether it is perf's file, whose samples can be counted.
 * @returns A function that stops it.
 */
export function watchRecording(
  progress: Progress,
  path: string,
  { isPerfs }: { isPerfs: boolean },
): () => void {
  const start = performance.now();
  const file = new GrowingFile(path);
  progress.watch(() => {
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    file.read();
    const samples = isPerfs ? `, ${file.samples} samples` : "";
    return `recording: ${seconds} s${samples}, ${(file.size / 1e6).toFixed(1)} MB`;
  });
  return () => progress.clear();
}

/** A file that another process writes, and may replace by a new file of the same name. */
class GrowingFile {
  readonly #path: string;
  #inode = 0;
  #size = 0;
  #counter = new SampleCounter();

  constructor(path: string) {
    this.#path = path;
  }

  get size(): number {
    return this.#size;
  }

  get samples(): number {
    return this.#counter.samples;
  }

  /**
   * Reads the bytes that were added. A file that cannot be opened must not disturb the recording.
   */
  read(): void {
    let file: number;
    try {
      file = fs.openSync(this.#path, "r");
    } catch {
      return;
    }
    try {
      const { ino, size } = fs.fstatSync(file);
      if (ino !== this.#inode || size < this.#size) {
        this.#counter = new SampleCounter();
        [this.#inode, this.#size] = [ino, 0];
      }
      const bytes = new Uint8Array(PIECE);
      for (;;) {
        const length = fs.readSync(file, bytes, 0, PIECE, this.#size);
        if (length === 0) break;
        this.#counter.push(bytes.subarray(0, length));
        this.#size += length;
      }
    } finally {
      fs.closeSync(file);
    }
  }
}
