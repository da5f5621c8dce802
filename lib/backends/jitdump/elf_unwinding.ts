import { type ReadBytes, readElfHeader, readElfTable } from "../../base/elf_header.ts";

/** `p_type` of a program header that points at an .eh_frame_hdr. */
const PT_GNU_EH_FRAME = 0x6474e550;

/**
 * Whether a program has unwind information of its own, by the program headers of its 64-bit
 * little-endian ELF file. Linkers make a PT_GNU_EH_FRAME for every .eh_frame, and unwinders use no
 * other way to find it.
 *
 * @param read Reads the file.
 */
export function hasUnwindInformation(read: ReadBytes): boolean {
  const programs = readElfHeader(read)?.programs;
  if (programs === undefined) return false;
  const { entrySize: size } = programs;
  const table = readElfTable(read, programs);
  for (let at = 0; at + size <= table.byteLength && size >= 4; at += size) {
    if (table.getUint32(at, true) === PT_GNU_EH_FRAME) return true;
  }
  return false;
}
