/*
 * The records of a jitdump, in the byte order of this machine, field by field as in
 * tools/perf/Documentation/jitdump-specification.txt. Both architectures with trampolines are
 * little-endian.
 *
 * perf and the specification differ in one point, and this module follows perf
 * (tools/perf/util/genelf.c): in JIT_CODE_UNWINDING_INFO the .eh_frame comes first, the
 * .eh_frame_hdr behind it.
 *
 * Times, threads and the numbers of code are 0 here: xp_dump_open and xp_dump_append of the C
 * library fill them in, under the lock that orders the records.
 */
import {
  DataView,
  encode,
  set,
  setBigUint64,
  setUint32,
  subarray,
  toBigInt,
  Uint8Array,
} from "../../base/builtins.ts";
import { escapeName, MAX_NAME_BYTES } from "../perf_map/perf_map.ts";
import { align8, type Architecture, type UnwindTables } from "./unwind_tables.ts";

/** The first field of every record. */
const RecordId = { load: 0, debugInfo: 2, close: 3, unwindingInfo: 4 } as const;

/** Bytes of the file's header. */
export const HEADER_SIZE = 40;

/**
 * The path of the dump of a process. `perf` requires its base name; the folder is ours to choose.
 *
 * @param pid The process's number in its own pid namespace.
 */
export function jitdumpPath(pid: number): string {
  return `/tmp/jit-${pid}.dump`;
}

/** `e_machine` of elf(5). */
const MACHINES: Readonly<Record<Architecture, number>> = { x86_64: 62, aarch64: 183 };

/**
 * Encodes the file's header.
 *
 * @param header The process and its architecture.
 */
export function encodeHeader(
  { architecture, pid }: { architecture: Architecture; pid: number },
): Uint8Array<ArrayBuffer> {
  return new RecordWriter(HEADER_SIZE)
    .u32(0x4a695444) // magic: "JiTD"
    .u32(1) // version
    .u32(HEADER_SIZE) // total_size
    .u32(MACHINES[architecture]) // elf_mach
    .u32(0) // pad1
    .u32(pid)
    .u64(0) // timestamp
    .u64(0) // flags
    .bytes;
}

/** The fields of JIT_CODE_LOAD. */
export interface CodeLoad {
  /** The process. */
  pid: number;
  /** The code's address. */
  address: bigint;
  /** Bytes of code. */
  size: number;
  /** The name that `perf` shows; NUL is escaped, and the name is cut to 4096 bytes. */
  name: string;
  /**
   * The code or its beginning; the caller lets the rest follow the record, as a hole in the file.
   */
  code: Uint8Array;
}

/** JIT_CODE_LOAD: code, its address and its name. */
export function encodeCodeLoad(load: CodeLoad): Uint8Array<ArrayBuffer> {
  const { pid, address, size, name, code } = load;
  const text = encodeNewText(name);
  const fixed = 56 + text.length;
  return new RecordWriter(fixed + code.length)
    .prefix(RecordId.load, fixed + size)
    .u32(pid)
    .u32(0) // tid
    .u64(address) // vma
    .u64(address) // code_addr
    .u64(size)
    .u64(0) // code_index
    .raw(text)
    .raw(code)
    .bytes;
}

/**
 * JIT_CODE_UNWINDING_INFO: unwind tables of the code of the next JIT_CODE_LOAD.
 *
 * @param tables The tables.
 * @param mappedSize Bytes that perf maps behind the code: at least the tables.
 */
export function encodeUnwindingInfo(
  { bytes, headerSize }: UnwindTables,
  mappedSize: number,
): Uint8Array<ArrayBuffer> {
  const size = align8(40 + bytes.length);
  return new RecordWriter(size)
    .prefix(RecordId.unwindingInfo, size)
    .u64(bytes.length) // unwind_data_size
    .u64(headerSize) // eh_frame_hdr_size
    .u64(mappedSize)
    .raw(bytes)
    .bytes;
}

/** The start of a stretch of code, and the line it comes from. */
export interface DebugEntry {
  /** The stretch's first address. */
  address: bigint;
  /** Line, counted from 1. */
  line: number;
  /** Path or URL. */
  file: string;
}

/**
 * JIT_CODE_DEBUG_INFO: the lines of the code of the next JIT_CODE_LOAD.
 *
 * @param address The code's address.
 * @param entries In order of address. The last one only ends the one before.
 */
export function encodeDebugInfo(
  address: bigint,
  entries: readonly DebugEntry[],
): Uint8Array<ArrayBuffer> {
  let size = 32;
  for (let i = 0; i < entries.length; i++) size += 16 + encodeText(entries[i]!.file).length;
  size = align8(size);
  const writer = new RecordWriter(size)
    .prefix(RecordId.debugInfo, size)
    .u64(address)
    .u64(entries.length);
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i]!;
    writer.u64(entry.address).u32(entry.line).u32(0).raw(encodeText(entry.file));
  }
  return writer.bytes;
}

/** JIT_CODE_CLOSE: the last record. */
export function encodeClose(): Uint8Array<ArrayBuffer> {
  return new RecordWriter(16).prefix(RecordId.close, 16).bytes;
}

let lastText = "";
let lastBytes = encode("\0");

/** Encodes a text as UTF-8 with one NUL, at its end; a long text is cut between two characters. */
function encodeText(text: string): Uint8Array {
  // Functions come file by file, so the last text is often the next one.
  if (text !== lastText) {
    lastBytes = encodeNewText(text);
    lastText = text;
  }
  return lastBytes;
}

function encodeNewText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = encode(`${escapeName(text)}\0`);
  if (bytes.length <= MAX_NAME_BYTES + 1) return bytes;
  let end = MAX_NAME_BYTES;
  // 0b10xxxxxx continues a character.
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  bytes[end] = 0;
  return subarray(bytes, 0, end + 1) as Uint8Array<ArrayBuffer>;
}

/** Writes fields one after the other; the rest stays 0. */
class RecordWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  prefix(id: number, totalSize: number): this {
    return this.u32(id).u32(totalSize).u64(0); // timestamp
  }

  u32(value: number): this {
    setUint32(this.#view, this.#at, value, true);
    this.#at += 4;
    return this;
  }

  u64(value: number | bigint): this {
    setBigUint64(this.#view, this.#at, toBigInt(value), true);
    this.#at += 8;
    return this;
  }

  raw(bytes: Uint8Array): this {
    set(this.bytes, bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }
}
