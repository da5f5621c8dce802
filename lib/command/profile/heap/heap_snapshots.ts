import * as fs from "node:fs";
import { resolve } from "node:path";

import { encodeRecording } from "../../../recording/recording_file.ts";
import { snapshotFileName } from "../../../sampler/heap/heap_wish.ts";
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
    const { directory, command, output, onWritten } = this.#options;
    for (;;) {
      const file = `${directory}/${snapshotFileName(this.#count + 1)}`;
      if (!fs.existsSync(file)) return;
      this.#count++;
      const recording = readHeapFile(file, command);
      fs.rmSync(file);
      if (recording === undefined) continue;
      const path = `${output.replace(/(?<=[^/])\.json$/, "")}.${this.#count}.json`;
      fs.writeFileSync(path, encodeRecording(recording));
      onWritten(resolve(path));
    }
  };
}
