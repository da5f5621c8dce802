import * as fs from "node:fs";

import type { ReadBytes } from "../../base/elf_header.ts";

/** Opens programs and libraries for their symbols, and closes them all. */
export class FileOpener {
  readonly #descriptors: number[] = [];

  /** Opens a file; `undefined` where it cannot be read. */
  open(path: string): ReadBytes | undefined {
    let descriptor: number;
    try {
      descriptor = fs.openSync(path, "r");
    } catch {
      return undefined;
    }
    this.#descriptors.push(descriptor);
    return (offset, length) => {
      const bytes = new Uint8Array(length);
      const count = fs.readSync(descriptor, bytes, 0, length, offset);
      return bytes.subarray(0, count);
    };
  }

  /** Closes all. */
  close(): void {
    for (const descriptor of this.#descriptors) fs.closeSync(descriptor);
  }
}
