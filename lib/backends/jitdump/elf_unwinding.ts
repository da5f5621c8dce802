/** Reads bytes of a file; fewer at its end. */
export type ReadBytes = (offset: number, length: number) => Uint8Array;

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
  const header = viewOf(read(0, 64));
  if (header.byteLength < 64 || header.getUint32(0) !== 0x7f454c46) return false;
  const offset = Number(header.getBigUint64(32, true)); // e_phoff
  const size = header.getUint16(54, true); // e_phentsize
  const count = header.getUint16(56, true); // e_phnum
  const table = viewOf(read(offset, size * count));
  for (let at = 0; at + size <= table.byteLength && size >= 4; at += size) {
    if (table.getUint32(at, true) === PT_GNU_EH_FRAME) return true;
  }
  return false;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
