import type { ReadBytes } from "../../base/elf_header.ts";

/** A file of perf's, open for reading. */
export interface PerfDataFile {
  /** Reads bytes of the file. */
  read: ReadBytes;
  /** The file's size in bytes. */
  size: number;
  /** The time of its last change, in milliseconds since 1970; `undefined` where it is unknown. */
  modified?: number;
}

/** The bytes of a section, as many of them as are in the file. */
export function readSection(
  { read, size }: PerfDataFile,
  section: { offset: number; size: number },
): DataView {
  const available = Math.max(0, Math.min(section.size, size - section.offset));
  const bytes = available === 0 ? new Uint8Array() : read(section.offset, available);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads a number of 64 bits. A number above 2^53 loses its lowest bits. */
export function readUint64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

/** Reads a text up to its zero, or up to `end`. */
export function readText(view: DataView, at: number, end: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, Math.max(0, end - at));
  const length = bytes.indexOf(0);
  return DECODER.decode(length < 0 ? bytes : bytes.subarray(0, length));
}

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
