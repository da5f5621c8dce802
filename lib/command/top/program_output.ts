import * as fs from "node:fs";

import { writeBytesOut } from "../report/reports.ts";

/** As much is copied at a time, in bytes. */
const PIECE = 1 << 16;

/**
 * A program's output while the screen shows something else: it is kept in files, and printed when the
 * screen is gone.
 */
export class ProgramOutput implements Disposable {
  readonly #files: readonly { descriptor: number; stream: 1 | 2 }[];

  /** @param directory Where the files are; the caller removes it. */
  constructor(directory: string) {
    this.#files = ([1, 2] as const).map((stream) => ({
      stream,
      descriptor: fs.openSync(`${directory}/output-${stream}`, "ax+", 0o600),
    }));
  }

  /** For the child process: no input, since keys are the screen's. */
  get stdio(): ["ignore", number, number] {
    const [out, errors] = this.#files;
    return ["ignore", out!.descriptor, errors!.descriptor];
  }

  /** Prints what the program has written, each stream where it belongs. */
  print(): void {
    const piece = new Uint8Array(PIECE);
    for (const { descriptor, stream } of this.#files) {
      let at = 0;
      for (let length; (length = fs.readSync(descriptor, piece, 0, PIECE, at)) > 0; at += length) {
        if (!writeBytesOut(piece.subarray(0, length), stream)) break;
      }
    }
  }

  /** Closes the files. */
  [Symbol.dispose](): void {
    for (const { descriptor } of this.#files) fs.closeSync(descriptor);
  }
}
