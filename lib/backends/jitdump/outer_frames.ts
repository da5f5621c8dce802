import type { FrameRecordRegion } from "./frame_record_region.ts";

/** A frame record on a stack. */
export interface FrameRecord {
  /** Where it stands. */
  address: bigint;
  /** The address of the caller's record. */
  caller: bigint;
  /** Where the frame returns to. */
  returnAddress: bigint;
}

/** The frames outside of a thread's outermost JavaScript, as bytes of its stack. */
export interface OuterFrames {
  /** Where the bytes stand. */
  address: bigint;
  /** The frame records, and 0 between them. */
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * The outermost frames of a stack, in a form that an unwinder can read where the
 * copy of the stack that came with a sample ends.
 *
 * A runtime starts JavaScript from under 10 KiB of frames that stay as they are
 * while it runs: the outer half of every stack, and the same half every time. All
 * but the frame records is left out, so that a chain which has changed since ends
 * where it changed instead of being misread.
 *
 * @param records A whole chain, innermost first.
 * @param regions Where code without unwind information is; what is generated is JavaScript.
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
