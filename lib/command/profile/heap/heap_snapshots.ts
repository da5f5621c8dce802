import * as fs from "node:fs";
import { resolve } from "node:path";

import { snapshotFileName } from "../../../sampler/heap/heap_wish.ts";
import { writeRecording } from "../write_recording.ts";
import { readHeapFile } from "./heap_files.ts";

/** Options of {@linkcode HeapSnapshots}. */
export interface HeapSnapshotsOptions {
  /** Where the program writes. */
  directory: string;
  /** The program and its arguments. */
  command: readonly string[];
  /** The file of the recording; `heap.json` has the snapshots `heap.1.json`, `heap.2.json` beside it. */
  output: string;
  /** Told the path of each. */
  onWritten: (path: string) => void;
  /** Told of each that cannot be read or written; the program runs on. */
  onFailed: (error: Error) => void;
}

/** Makes a recording of each snapshot that a program writes, while the program runs. */
export class HeapSnapshots {
  readonly #options: HeapSnapshotsOptions;
  #count = 0;

  constructor(options: HeapSnapshotsOptions) {
    this.#options = options;
  }

  /** Looks for snapshots that the program has written since the last call. */
  readonly take = (): void => {
    const { directory } = this.#options;
    for (;;) {
      const file = `${directory}/${snapshotFileName(this.#count + 1)}`;
      if (!fs.existsSync(file)) return;
      this.#count++;
      try {
        this.#write(file);
      } catch (error) {
        this.#options.onFailed(error as Error);
      }
      fs.rmSync(file);
    }
  };

  #write(file: string): void {
    const { command, output, onWritten } = this.#options;
    const recording = readHeapFile(file, command);
    if (recording === undefined) return;
    const path = `${output.replace(/(?<=[^/])\.json$/, "")}.${this.#count}.json`;
    writeRecording(path, recording);
    onWritten(resolve(path));
  }
}
