import * as fs from "../../base/file_system.ts";
import { BigUint64Array, set, toBigInt, Uint8Array } from "../../base/builtins.ts";

import type { Backend, CodeRegion } from "../backend.ts";
import { hasUnwindInformation } from "./elf_unwinding.ts";
import { dumpRegion, type FrameRecordRegion, frameRecordRegions } from "./frame_record_region.ts";
import {
  encodeClose,
  encodeCodeLoad,
  encodeDebugInfo,
  encodeHeader,
  encodeUnwindingInfo,
  jitdumpPath,
} from "./jitdump.ts";
import { parseMemoryMaps } from "../../runtime/memory_maps.ts";
import { loadNativeLibrary } from "../../native/native_library.ts";
import { outerFrames } from "./outer_frames.ts";
import { openOwnFile } from "../own_file.ts";
import { PerfError } from "../../base/perf_error.ts";
import {
  currentPlatform,
  isPermissionError,
  onProcessEnd,
  processId,
  runtimePath,
} from "../../runtime/runtime.ts";
import {
  align8,
  type Architecture,
  encodeUnwindTables,
  regionRules,
  trampolineRule,
} from "./unwind_tables.ts";
import { writeFailure, type WriteObstacle } from "../write_failure.ts";

// Kept, since a program may replace performance.now().
const now = performance.now.bind(performance);

/** Far more frames than a stack has. */
const MOST_FRAMES = 4096;

/** Milliseconds between two looks for new regions; a look takes about 0.1 ms. */
const LOOK_INTERVAL = 200;

/**
 * The jitdump of this process. A function's records go out in one write, so a process that is
 * killed at any moment leaves whole records.
 *
 * The dump describes the trampolines, and the code between them on the stack that has no unwind
 * information: the runtime's own code, and code that V8 generates. Both keep frame records. It also
 * holds the outermost frames of the thread, which perf's copy of the stack seldom reaches.
 */
export class JitdumpBackend implements Backend {
  /** @inheritdoc */
  readonly name = "perf_jit";
  /**
   * perf maps a synthetic ELF file over each trampoline. Behind the code (12 bytes on x86_64, 24 on
   * aarch64) come the distinction (8) and the tables (84 or 92), each at a multiple of 8. The file
   * would hide other code that stands there.
   */
  readonly padding = 104;
  readonly #library = loadNativeLibrary();
  readonly #platform = currentPlatform();
  readonly #architecture = this.#platform.arch as Architecture;
  readonly #pid = processId();
  readonly #path = jitdumpPath(this.#pid);
  readonly #runtime = runtimeWithoutUnwindInformation();
  readonly #descriptor = this.#open();
  #unwinding: { size: number; record: Uint8Array } | undefined;
  readonly #unwindingsByV8 = new Map<number, Uint8Array>();
  #lastLook = -Infinity;
  #outerFramesTries = 8;

  constructor() {
    try {
      this.#describeRegions();
    } catch (error) {
      fs.closeSync(this.#descriptor);
      throw error;
    }
    onProcessEnd(() => this.#try(() => this.#append([encodeClose()])));
  }

  /** @inheritdoc */
  declare({ address, size, byV8 = false, name, source }: CodeRegion): void {
    if (now() - this.#lastLook >= LOOK_INTERVAL) this.#describeRegions();
    // Not earlier: only now does the program itself run, and not a module loaded before it.
    if (this.#outerFramesTries > 0) this.#describeOuterFrames();
    const start = toBigInt(address);
    // Claim it before its record is written, so that no thread describes a surrounding region after
    // that record, and over it. The library has claimed the trampolines that it made itself.
    if (byV8) this.#library.xp_claim(start, size + this.padding);
    const code = this.#distinctCode(start, size);
    const { file, line } = source ?? {};
    const unwinding = byV8
      ? this.#unwindingByV8(code.length)
      : this.#trampolineUnwinding(size, code.length);
    const load = encodeCodeLoad({ pid: this.#pid, address: start, size: code.length, name, code });
    if (file === undefined || line === undefined) return this.#append([unwinding, load]);
    const lines = encodeDebugInfo(start, [
      { address: start, file, line },
      { address: start + toBigInt(code.length), file, line },
    ]);
    this.#append([unwinding, lines, load]);
  }

  /**
   * Describes code that has appeared since the last look. V8 compiles the code between a trampoline and
   * its function after 1 000 calls (`--wasm-wrapper-tiering-budget`); unwinders end there until it is
   * described.
   */
  look(): void {
    if (now() - this.#lastLook >= LOOK_INTERVAL) this.#try(() => this.#describeRegions());
  }

  /** @inheritdoc */
  flush(): void {
    this.#try(() => this.#describeRegions());
  }

  #open(): number {
    // Read first: without permission for /proc/self/maps (--allow-all in Deno) no file is made.
    this.#regions();
    const descriptor = openOwnFile(this.#path, { readable: true });
    const header = encodeHeader({ architecture: this.#architecture, pid: this.#pid });
    const result = this.#library.xp_dump_open(descriptor, header, header.length);
    if (result === 0) return descriptor;
    fs.closeSync(descriptor);
    // The file is ours, and empty.
    if (result !== -EEXIST) fs.unlinkSync(this.#path);
    throw this.#failure(-result);
  }

  /** Copies a trampoline's code, with its distinction behind it. */
  #distinctCode(address: bigint, size: number): Uint8Array<ArrayBuffer> {
    const copied = align8(size);
    const code = new Uint8Array(copied + 8);
    this.#library.xp_copy(code, address, copied);
    set(code, distinctionOf(address), copied);
    return code;
  }

  /** Unwind tables of a trampoline of the C library; equal for all of one size. */
  #trampolineUnwinding(size: number, dumped: number): Uint8Array {
    if (this.#unwinding?.size !== size) {
      const tables = encodeUnwindTables(this.#architecture, dumped, [
        trampolineRule(this.#architecture, size),
      ]);
      this.#unwinding = { size, record: encodeUnwindingInfo(tables, align8(tables.bytes.length)) };
    }
    return this.#unwinding.record;
  }

  /** Unwind tables of a trampoline that V8 made; equal for all of one size. */
  #unwindingByV8(dumped: number): Uint8Array {
    let record = this.#unwindingsByV8.get(dumped);
    if (record === undefined) {
      const rules = regionRules(this.#architecture, dumped, undefined);
      const tables = encodeUnwindTables(this.#architecture, dumped, rules);
      record = encodeUnwindingInfo(tables, align8(tables.bytes.length));
      this.#unwindingsByV8.set(dumped, record);
    }
    return record;
  }

  /** Describes memory that has become executable since the last look. */
  #describeRegions(): void {
    for (const region of this.#regions()) {
      const range = addressRange(region);
      while (this.#library.xp_unclaimed(range) === 1) {
        const start = range[0]!;
        const end = range[1]!;
        const isDone = this.#describeRegion({ start, end, kind: region.kind });
        // If another thread has just claimed some of the part, look again for what is left of it.
        range[0] = isDone ? end : start;
        range[1] = region.end;
      }
    }
    this.#lastLook = now();
  }

  /** Describes a region. Returns `false` if another thread has just claimed some of it. */
  #describeRegion(region: FrameRecordRegion): boolean {
    const dumped = dumpRegion(region);
    // The region is too small to hold a function.
    if (dumped === undefined) return true;
    const { codeSize, mappedSize } = dumped;
    const distinction = distinctionOf(region.start);
    const ffiReturn = this.#library.xp_ffi_return_address();
    const tables = encodeUnwindTables(
      this.#architecture,
      codeSize,
      regionRules(
        this.#architecture,
        codeSize + mappedSize,
        region.start < ffiReturn && ffiReturn < region.end
          ? Number(ffiReturn - region.start)
          : undefined,
      ),
    );
    return this.#claimAndAppend(region, [
      encodeUnwindingInfo(tables, mappedSize),
      encodeCodeLoad({
        pid: this.#pid,
        address: region.start,
        size: codeSize,
        name: region.kind === "runtime" ? `[${this.#platform.runtime.name}]` : "[generated code]",
        code: distinction,
      }),
    ], codeSize - distinction.length);
  }

  #regions(): FrameRecordRegion[] {
    return frameRecordRegions(parseMemoryMaps(readMemoryMaps()), this.#runtime);
  }

  /**
   * Describes the thread's outermost frames as if they were code. If the sample's copy of the stack
   * lacks some bytes, an unwinder reads them through perf's maps, and so finds these.
   */
  #describeOuterFrames(): void {
    this.#outerFramesTries--;
    const walked = new BigUint64Array(3 * MOST_FRAMES);
    const count = this.#library.xp_walk_records(new Uint8Array(walked.buffer), MOST_FRAMES);
    const records = Array.from({ length: count }, (_, i) => ({
      address: walked[3 * i]!,
      caller: walked[3 * i + 1]!,
      returnAddress: walked[3 * i + 2]!,
    }));
    const outer = outerFrames(records, this.#regions());
    // If V8 runs its builtins in the runtime's file, the stack may have no generated code yet.
    if (outer === undefined) return;
    this.#outerFramesTries = 0;
    const { address, bytes } = outer;
    const tables = encodeUnwindTables(this.#architecture, bytes.length, []);
    const end = address + BigInt(bytes.length + align8(tables.bytes.length));
    // Fails harmlessly if the stack of an ended thread was here: its frames are claimed.
    this.#claimAndAppend({ start: address, end }, [
      encodeUnwindingInfo(tables, align8(tables.bytes.length)),
      encodeCodeLoad({
        pid: this.#pid,
        address,
        size: bytes.length,
        name: "[stack]",
        code: bytes,
      }),
    ]);
  }

  #append(records: readonly Uint8Array[]): void {
    this.#claimAndAppend(NOTHING, records);
  }

  /** Writes the records of a range of addresses, unless another thread has claimed some of it. */
  #claimAndAppend(addresses: AddressRange, records: readonly Uint8Array[], hole = 0): boolean {
    const bytes = concatenate(records);
    const range = addressRange(addresses);
    const result = this.#library.xp_dump_append(
      this.#descriptor,
      bytes,
      bytes.length,
      hole,
      range,
    );
    if (result !== 0 && result !== -EALREADY) throw this.#failure(-result);
    return result === 0;
  }

  /** Ignores an obstacle: it costs some frames their names, which is no reason for a warning. */
  #try(action: () => void): void {
    try {
      action();
    } catch {
      // The frames stay without names.
    }
  }

  #failure(errno: number): PerfError {
    return writeFailure(this.#path, errno, OBSTACLES);
  }
}

const EEXIST = 17;
const EALREADY = 114;

type AddressRange = Pick<FrameRecordRegion, "start" | "end">;

const NOTHING: AddressRange = { start: toBigInt(0), end: toBigInt(0) };

/** A range, as the library takes it. */
function addressRange({ start, end }: AddressRange): BigUint64Array<ArrayBuffer> {
  const range = new BigUint64Array(2);
  range[0] = start;
  range[1] = end;
  return range;
}

const NOEXEC = {
  what: "perf finds it by an executable mapping, and /tmp is mounted noexec",
  hint: "sudo mount -o remount,exec /tmp",
};

/** Obstacles that are particular to a dump, by errno(3). */
const OBSTACLES: Readonly<Record<number, WriteObstacle>> = {
  1: NOEXEC, // EPERM
  13: NOEXEC, // EACCES
  [EEXIST]: {
    what:
      "it is not empty and not this program's dump, must be a dump of an ended process or nothing",
  },
};

function readMemoryMaps(): string {
  try {
    return fs.readFileSync("/proc/self/maps", "utf8");
  } catch (cause) {
    if (isPermissionError(cause)) throw cause;
    throw new PerfError(`Cannot read "/proc/self/maps": ${(cause as Error).message}`, {
      code: "file",
      cause,
    });
  }
}

/**
 * Bytes that make a body of code distinct: its address, which is given out once. perf takes equal
 * bodies, such as two holes, for one.
 */
function distinctionOf(address: bigint): Uint8Array<ArrayBuffer> {
  const number = new BigUint64Array(1);
  number[0] = address;
  return new Uint8Array(number.buffer);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (let i = 0; i < parts.length; i++) length += parts[i]!.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < parts.length; i++) {
    set(whole, parts[i]!, at);
    at += parts[i]!.length;
  }
  return whole;
}

/** The path of the runtime's program as the memory maps have it, if it lacks unwind information. */
function runtimeWithoutUnwindInformation(): string | undefined {
  const path = runtimePath();
  const descriptor = fs.openSync(path, "r");
  try {
    const has = hasUnwindInformation((offset, length) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, length, offset));
    });
    return has ? undefined : path;
  } finally {
    fs.closeSync(descriptor);
  }
}
