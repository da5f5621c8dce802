import { readUint64 } from "./data_file.ts";
import type { SampleLayout } from "./record_layout.ts";

/**
 * `PERF_CONTEXT_*`, the low 32 bits: markers in a call chain (linux/perf_event.h). The addresses
 * behind a marker belong to that part of the system.
 */
const CONTEXT_KERNEL = -128 >>> 0;
const CONTEXT_USER = -512 >>> 0;
/** `PERF_CONTEXT_MAX`: entries from here up are markers, not addresses. */
const CONTEXT_MAX = -4095 >>> 0;
const ALL_BITS = 0xffffffff;

/** `PERF_RECORD_MISC_CPUMODE_MASK`, and its values. */
const MODE_MASK = 7;
const MODE_KERNEL = 1;
const MODE_USER = 2;

/** Kinds of addresses, as bits. */
export const AddressKind = {
  /** A return address; without this bit, the address that the processor executed. */
  CALLER: 1,
  KERNEL: 2,
  /** Of a guest in a virtual machine, or of the hypervisor. */
  OTHER: 4,
} as const;

/** The addresses of one sample, innermost first. The arrays are reused for the next sample. */
export class CallChain {
  low = new Uint32Array(256);
  high = new Uint32Array(256);
  /** {@linkcode AddressKind}s. */
  kind = new Uint8Array(256);
  length = 0;

  /**
   * Reads a sample's addresses.
   *
   * @param view The bytes that have the record.
   * @param at The offset of the record.
   * @param record Its size, its `misc`, and the offsets of its fields.
   */
  read(
    view: DataView,
    at: number,
    { size, misc, layout }: { size: number; misc: number; layout: SampleLayout },
  ): void {
    this.length = 0;
    if (layout.callChain >= 0) this.#readChain(view, at, { size, misc, layout });
    if (this.length > 0) return;
    const ip = at + layout.ip;
    const high = view.getUint32(ip + 4, true);
    this.low[0] = view.getUint32(ip, true);
    this.high[0] = high;
    this.kind[0] = kindOfMode(misc & MODE_MASK, high);
    this.length = 1;
  }

  /** An address of the chain. */
  addressAt(index: number): number {
    return this.high[index]! * 2 ** 32 + this.low[index]!;
  }

  #readChain(
    view: DataView,
    at: number,
    { size, misc, layout }: { size: number; misc: number; layout: SampleLayout },
  ): void {
    const room = (size - layout.callChain - 8) >> 3;
    const count = Math.min(readUint64(view, at + layout.callChain), room);
    while (this.low.length < count) this.#grow();
    const [lows, highs, kinds] = [this.low, this.high, this.kind];
    let kind = -1;
    let caller = 0;
    let length = 0;
    const first = at + layout.callChain + 8;
    for (let entry = first; entry < first + 8 * count; entry += 8) {
      const low = view.getUint32(entry, true);
      const high = view.getUint32(entry + 4, true);
      if (high === ALL_BITS && low >= CONTEXT_MAX) {
        kind = kindOfContext(low);
        caller = 0;
        continue;
      }
      if (kind < 0) kind = kindOfMode(misc & MODE_MASK, high);
      lows[length] = low;
      highs[length] = high;
      kinds[length++] = kind | caller;
      caller = AddressKind.CALLER;
    }
    this.length = length;
  }

  #grow(): void {
    const { low, high, kind } = this;
    this.low = new Uint32Array(2 * low.length);
    this.high = new Uint32Array(2 * low.length);
    this.kind = new Uint8Array(2 * low.length);
    this.low.set(low);
    this.high.set(high);
    this.kind.set(kind);
  }
}

function kindOfContext(low: number): number {
  if (low === CONTEXT_KERNEL) return AddressKind.KERNEL;
  if (low === CONTEXT_USER) return 0;
  return AddressKind.OTHER;
}

function kindOfMode(mode: number, high: number): number {
  if (mode === MODE_USER) return 0;
  if (mode === MODE_KERNEL) return AddressKind.KERNEL;
  // Without a mode the address decides: the kernel has the upper half of the address space.
  return mode !== 0 ? AddressKind.OTHER : high >= 0x80000000 ? AddressKind.KERNEL : 0;
}
