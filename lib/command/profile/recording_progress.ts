/*
 * How far a recording is, while perf or the program writes it.
 */
import * as fs from "node:fs";

import { SampleCounter } from "../../recording/sample_counter.ts";
import type { Progress } from "../progress.ts";

/** As much of a file is read at a time. */
const PIECE = 1 << 20;

/**
 * Shows how long a recording has taken, how many samples it has and how large it is, until told to stop.
 *
 * @param progress Where to show it.
 * @param path The file that grows; it need not be there yet.
 * @param options Whether it is of perf's format, whose samples can be counted.
 * @returns What stops it.
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

/** A file that is written by another, and begun anew under the same name. */
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

  /** Reads what has been added; what cannot be read is no reason to disturb the recording. */
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
