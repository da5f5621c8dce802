/** Reads bytes of a file; fewer at its end. */
export type ReadBytes = (offset: number, length: number) => Uint8Array;

/** A table of an ELF file, which its header points at. */
export interface ElfTable {
  /** Where it begins, in the file; 0 where there is none. */
  offset: number;
  /** Bytes of one entry. */
  entrySize: number;
  /** Entries. */
  count: number;
}

/** Bytes of the header. */
const SIZE = 64;

/**
 * Reads the header of a 64-bit little-endian ELF file, field by field as elf(5) has it.
 *
 * @param read Reads the file.
 * @returns Where its program headers and section headers are; `undefined` where it is no such file.
 */
export function readElfHeader(
  read: ReadBytes,
): { programs: ElfTable; sections: ElfTable } | undefined {
  const header = viewOf(read(0, SIZE));
  if (header.byteLength < SIZE || header.getUint32(0) !== 0x7f454c46) return undefined;
  // ELFCLASS64, ELFDATA2LSB
  if (header.getUint16(4) !== 0x0201) return undefined;
  return {
    programs: {
      offset: Number(header.getBigUint64(32, true)), // e_phoff
      entrySize: header.getUint16(54, true), // e_phentsize
      count: header.getUint16(56, true), // e_phnum
    },
    sections: {
      offset: Number(header.getBigUint64(40, true)), // e_shoff
      entrySize: header.getUint16(58, true), // e_shentsize
      count: header.getUint16(60, true), // e_shnum
    },
  };
}

/** Reads a table, as much of it as is in the file. */
export function readElfTable(read: ReadBytes, { offset, entrySize, count }: ElfTable): DataView {
  return viewOf(read(offset, entrySize * count));
}

/** The numbers in some bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
