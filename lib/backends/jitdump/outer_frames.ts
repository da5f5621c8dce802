import type { FrameRecordRegion } from "./frame_record_region.ts";

/** A frame record on a stack. */
export interface FrameRecord {
  /** The record's own address. */
  address: bigint;
  /** The address of the caller's record. */
  caller: bigint;
  /** The frame's return address. */
  returnAddress: bigint;
}

/** The frames outside of a thread's outermost JavaScript, as bytes of its stack. */
export interface OuterFrames {
  /** The address of the first byte. */
  address: bigint;
  /** The frame records, and 0 between them. */
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * The outermost frames of a stack, as memory for an unwinder: a sample's copy of the stack ends
 * before them.
 *
 * A runtime starts JavaScript from frames of less than 10 KiB, which do not change while JavaScript
 * runs. They are the outer half of every stack. Only the frame records are kept, so if the chain
 * has changed since, an unwinder stops at the change instead of misreading the stack.
 *
 * @param records A whole chain, innermost first.
 * @param regions Code without unwind information; generated code counts as JavaScript.
 * @returns `undefined` where there are no such frames.
 */
export function outerFrames(
  records: readonly FrameRecord[],
  regions: readonly FrameRecordRegion[],
): OuterFrames | undefined {
  const generated = regions.filter(({ kind }) => kind === "generated");
  const innermost = records.findLastIndex(({ returnAddress }) =>
    generated.some(({ start, end }) => start <= returnAddress && returnAddress < end)
  );
  const outer = records.slice(innermost + 1);
  const first = outer.at(0);
  const last = outer.at(-1);
  if (innermost < 0 || first === undefined || last === undefined) return undefined;
  const bytes = new Uint8Array(Number(last.address - first.address) + 16);
  const view = new DataView(bytes.buffer);
  for (const { address, caller, returnAddress } of outer) {
    const at = Number(address - first.address);
    view.setBigUint64(at, caller, true);
    view.setBigUint64(at + 8, returnAddress, true);
  }
  return { address: first.address, bytes };
}
