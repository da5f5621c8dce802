/*
 * A reader of jitdumps, written from tools/perf/Documentation/jitdump-specification.txt
 * (version 2) alone, byte order included. It knows nothing of lib/backends/jitdump/jitdump.ts.
 */

/** The file's header (III). */
export interface JitdumpHeader {
  version: number;
  totalSize: number;
  machine: number;
  pid: number;
  timestamp: bigint;
  flags: bigint;
}

/** JIT_CODE_LOAD (V). */
export interface LoadRecord {
  kind: "load";
  timestamp: bigint;
  pid: number;
  tid: number;
  vma: bigint;
  address: bigint;
  size: bigint;
  index: bigint;
  name: string;
  code: Uint8Array;
}

/** JIT_CODE_DEBUG_INFO (VII). */
export interface DebugRecord {
  kind: "debug";
  timestamp: bigint;
  address: bigint;
  entries: { address: bigint; line: number; discriminator: number; file: string }[];
}

/** JIT_CODE_UNWINDING_INFO (IX). */
export interface UnwindingRecord {
  kind: "unwinding";
  timestamp: bigint;
  size: bigint;
  headerSize: bigint;
  mappedSize: bigint;
  data: Uint8Array;
}

/** JIT_CODE_CLOSE (VIII). */
export interface CloseRecord {
  kind: "close";
  timestamp: bigint;
}

/** Any record. */
export type JitdumpRecord = LoadRecord | DebugRecord | UnwindingRecord | CloseRecord;

/** A whole dump. */
export interface Jitdump {
  header: JitdumpHeader;
  records: JitdumpRecord[];
  /** Bytes behind the last whole record. */
  rest: number;
}

/**
 * Reads a dump; anything that is not the format is an error, an incomplete record at the end
 * excepted.
 */
export function readJitdump(bytes: Uint8Array): Jitdump {
  const reader = new Reader(bytes, 0, bytes.length);
  const header = readHeader(reader);
  const records: JitdumpRecord[] = [];
  while (reader.left >= 16) {
    const record = readRecord(reader);
    if (record === undefined) break;
    records.push(record);
  }
  return { header, records, rest: reader.left };
}

function readHeader(reader: Reader): JitdumpHeader {
  const magic = reader.u32();
  if (magic === 0x4454694a) reader.swap();
  else if (magic !== 0x4a695444) throw new SyntaxError(`no magic number: ${magic.toString(16)}`);
  const version = reader.u32();
  const totalSize = reader.u32();
  const machine = reader.u32();
  reader.u32(); // pad1
  const pid = reader.u32();
  const timestamp = reader.u64();
  const flags = reader.u64();
  if (totalSize < 40) throw new SyntaxError(`a header of ${totalSize} bytes`);
  reader.skip(totalSize - 40);
  return { version, totalSize, machine, pid, timestamp, flags };
}

/** `undefined` where the record is not complete. */
function readRecord(reader: Reader): JitdumpRecord | undefined {
  const start = reader.at;
  const id = reader.u32();
  const size = reader.u32();
  const timestamp = reader.u64();
  if (size < 16 || size - 16 > reader.left) {
    reader.at = start;
    return undefined;
  }
  const body = reader.part(size - 16);
  switch (id) {
    case 0:
      return readLoad(body, timestamp);
    case 2:
      return readDebug(body, timestamp);
    case 3:
      if (body.left !== 0) throw new SyntaxError("JIT_CODE_CLOSE has fields");
      return { kind: "close", timestamp };
    case 4:
      return readUnwinding(body, timestamp);
    default:
      throw new SyntaxError(`a record of type ${id}`);
  }
}

function readLoad(body: Reader, timestamp: bigint): LoadRecord {
  const [pid, tid] = [body.u32(), body.u32()];
  const [vma, address, size, index] = [body.u64(), body.u64(), body.u64(), body.u64()];
  const name = body.text();
  const code = body.rest();
  if (BigInt(code.length) !== size) {
    throw new SyntaxError(`JIT_CODE_LOAD of ${size} bytes of code has ${code.length}`);
  }
  return { kind: "load", timestamp, pid, tid, vma, address, size, index, name, code };
}

function readDebug(body: Reader, timestamp: bigint): DebugRecord {
  const address = body.u64();
  const entries = Array.from({ length: Number(body.u64()) }, () => ({
    address: body.u64(),
    line: body.u32(),
    discriminator: body.u32(),
    file: body.text(),
  }));
  checkFiller(body.rest());
  return { kind: "debug", timestamp, address, entries };
}

function readUnwinding(body: Reader, timestamp: bigint): UnwindingRecord {
  const [size, headerSize, mappedSize] = [body.u64(), body.u64(), body.u64()];
  const data = body.part(Number(size)).rest();
  checkFiller(body.rest());
  return { kind: "unwinding", timestamp, size, headerSize, mappedSize, data };
}

/** Up to a multiple of 8 bytes, and nothing in it. */
function checkFiller(filler: Uint8Array): void {
  if (filler.length >= 8 || filler.some((byte) => byte !== 0)) {
    throw new SyntaxError(`${filler.length} bytes that no field counts`);
  }
}

class Reader {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #little: boolean;

  constructor(bytes: Uint8Array, at: number, end: number, little = true) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
    this.#end = end;
    this.#little = little;
  }

  get left(): number {
    return this.#end - this.at;
  }

  swap(): void {
    this.#little = !this.#little;
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), this.#little);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), this.#little);
  }

  text(): string {
    const end = this.#bytes.indexOf(0, this.at);
    if (end < 0 || end >= this.#end) throw new SyntaxError("a text without end");
    const text = new TextDecoder("utf-8", { fatal: true }).decode(
      this.#bytes.subarray(this.at, end),
    );
    this.at = end + 1;
    return text;
  }

  skip(length: number): void {
    this.#take(length);
  }

  /** The next bytes, as a reader that ends with them. */
  part(length: number): Reader {
    const start = this.#take(length);
    return new Reader(this.#bytes, start, start + length, this.#little);
  }

  rest(): Uint8Array {
    const start = this.#take(this.left);
    return this.#bytes.subarray(start, this.at);
  }

  #take(length: number): number {
    if (length > this.left) throw new SyntaxError(`${length} bytes wanted, ${this.left} left`);
    const start = this.at;
    this.at += length;
    return start;
  }
}
