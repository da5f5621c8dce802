/*
 * Unwind information as `perf inject` wants it in a JIT_CODE_UNWINDING_INFO
 * record: an .eh_frame, and behind it its .eh_frame_hdr. Formats: Linux Standard
 * Base Core, "Exception Frames"; the instructions are DWARF 5, section 6.4.2.
 *
 * perf puts both into a synthetic ELF file, right behind the code (rounded up to
 * 8 bytes), and maps that file at the code's address (tools/perf/util/genelf.c).
 * All addresses here are relative, so they hold at any address.
 */

/** An architecture that has trampolines, in the words of `uname -m`. */
export type Architecture = "x86_64" | "aarch64";

/** The rule by which an unwinder finds the caller's frame, for one stretch of code. */
export interface FrameRule {
  /** Where it begins, in bytes from the start of the code. */
  start: number;
  /** Where it ends, exclusive. */
  end: number;
  /** DWARF call frame instructions, on top of the CIE's state at a function's entry. */
  instructions: readonly number[];
}

/** An .eh_frame with its .eh_frame_hdr behind it. */
export interface UnwindTables {
  /** Both, one after the other. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of the .eh_frame_hdr. */
  headerSize: number;
}

/** The trampoline's own code, instruction by instruction as in ffi/emit_<arch>.c. */
const TRAMPOLINE: Readonly<Record<Architecture, readonly number[]>> = {
  x86_64: [
    ...[0x45, 0x0e, 16, 0x86, 2], // 5, behind endbr64 and push: CFA = rsp + 16, rbp at CFA - 16
    ...[0x43, 0x0d, 6], // 8, behind mov: CFA = rbp + 16
    ...[0x43, 0x0c, 7, 8, 0xc6], // 11, behind call and pop: CFA = rsp + 8, rbp as it was
  ],
  aarch64: [
    ...[0x42, 0x0e, 16, 0x9d, 2, 0x9e, 1], // 8, behind bti and stp: CFA = sp + 16, x29, x30 there
    ...[0x41, 0x0d, 29], // 12, behind mov: CFA = x29 + 16
    ...[0x42, 0x0c, 31, 0, 0xdd, 0xde], // 20, behind blr and ldp: CFA = sp, both as they were
  ],
};

/** Code that keeps a frame record, between its prologue and its epilogue. */
const FRAME_RECORD: Readonly<Record<Architecture, readonly number[]>> = {
  x86_64: [0x0c, 6, 16, 0x86, 2], // CFA = rbp + 16, rbp at CFA - 16, return address at CFA - 8
  aarch64: [0x0c, 29, 16, 0x9d, 2, 0x9e, 1], // CFA = x29 + 16, x29 at CFA - 16, x30 at CFA - 8
};

/** libffi's `ffi_call_unix64`: its record stands 16 bytes above rbp (ffi/entry_x86_64.S). */
const HIDDEN_RECORD: readonly number[] = [0x0c, 6, 32, 0x86, 2];

/** The rule of a trampoline with `size` bytes of code. */
export function trampolineRule(architecture: Architecture, size: number): FrameRule {
  return { start: 0, end: size, instructions: TRAMPOLINE[architecture] };
}

/**
 * The rules of a region whose code keeps frame records.
 *
 * @param architecture The code's architecture.
 * @param size Bytes in the region.
 * @param ffiReturn Offset in the region of the return address in libffi, if libffi's frame hides
 * its caller. @default nowhere in the region
 */
export function regionRules(
  architecture: Architecture,
  size: number,
  ffiReturn?: number,
): FrameRule[] {
  const instructions = FRAME_RECORD[architecture];
  if (ffiReturn === undefined) return [{ start: 0, end: size, instructions }];
  const start = Math.max(0, ffiReturn - FFI_BEFORE);
  const end = Math.min(size, ffiReturn + FFI_AFTER);
  return [
    { start: 0, end: start, instructions },
    { start, end, instructions: HIDDEN_RECORD },
    { start: end, end: size, instructions },
  ].filter((rule) => rule.start < rule.end);
}

// Bytes of code in which rbp points at the hidden record: before the call and behind it, in the
// shortest code of libffi 3.2 to 3.4 (src/x86/unix64.S).
const FFI_BEFORE = 48;
const FFI_AFTER = 16;

/** A CIE's fields by architecture: alignments, register of the return address, entry state. */
const CIE: Readonly<Record<Architecture, readonly number[]>> = {
  // code 1, data -8, register 16; CFA = rsp + 8, return address at CFA - 8
  x86_64: [1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1],
  // code 4, data -8, register 30; CFA = sp
  aarch64: [4, 0x78, 30, 1, 0x1b, 0x0c, 31, 0],
};

/**
 * Encodes rules as unwind tables.
 *
 * @param architecture The code's architecture.
 * @param codeSize Bytes of code in the dump; the tables will stand behind them.
 * @param rules In order of address, not overlapping; they may reach beyond the dumped code.
 */
export function encodeUnwindTables(
  architecture: Architecture,
  codeSize: number,
  rules: readonly FrameRule[],
): UnwindTables {
  const codeEnd = align8(codeSize);
  const cie = entry([0, 0, 0, 0, 1, ...ascii("zR"), ...CIE[architecture]]);
  const frame = [...cie];
  const offsets: number[] = [];
  for (const { start, end, instructions } of rules) {
    const offset = frame.length;
    offsets.push(offset);
    // The pointer to the CIE and the address are both relative to their own place.
    frame.push(...entry([
      ...int32(offset + 4),
      ...int32(start - (codeEnd + offset + 8)),
      ...int32(end - start),
      ...[0, ...instructions],
    ]));
  }
  frame.push(0, 0, 0, 0, 0, 0, 0, 0); // the end, and filler
  const headerAt = codeEnd + frame.length;
  const header = [
    // Version; encodings: .eh_frame relative to its pointer, count, table relative to the header.
    ...[1, 0x1b, 0x03, 0x3b],
    ...int32(-(frame.length + 4)),
    ...int32(rules.length),
  ];
  rules.forEach(({ start }, i) => {
    header.push(...int32(start - headerAt), ...int32(offsets[i]! - frame.length));
  });
  return { bytes: Uint8Array.from([...frame, ...header]), headerSize: header.length };
}

/** An entry behind its size, which does not count itself, padded with DW_CFA_nop to 8 bytes. */
function entry(content: readonly number[]): number[] {
  const size = align8(content.length + 4) - 4;
  return [...int32(size), ...content, ...new Array(size - content.length).fill(0)];
}

function ascii(text: string): number[] {
  return [...new TextEncoder().encode(`${text}\0`)];
}

function int32(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff];
}

/** The next multiple of 8. */
export function align8(value: number): number {
  return value + (8 - value % 8) % 8;
}
