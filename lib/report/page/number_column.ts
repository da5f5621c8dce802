import { Buffer } from "node:buffer";

import type { NumberColumn } from "./page_data.ts";

/** Bytes of a part: a multiple of 8, for the numbers, and of 3, so that base64 pads the last part only. */
const PART = 6144;

const COLUMN_TYPES = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f64: Float64Array };

/**
 * Packs numbers into the narrowest type that holds all of them. Whole numbers with a common divisor
 * are divided by it: weights of samples are often multiples of one period.
 *
 * @param numbers None is negative.
 */
export function numberColumn(numbers: ArrayLike<number>): NumberColumn {
  const { divisor, max } = measure(numbers);
  const scale = divisor > 1 ? divisor : 1;
  const type = divisor === 0 || max / scale > 0xffff_ffff
    ? "f64"
    : max / scale > 0xffff
    ? "u32"
    : max / scale > 0xff
    ? "u16"
    : "u8";
  const packed = new COLUMN_TYPES[type](numbers.length);
  const factor = type === "f64" ? 1 : scale;
  for (let i = 0; i < numbers.length; i++) packed[i] = numbers[i]! / factor;
  const column: NumberColumn = { type, length: numbers.length, data: base64Parts(packed) };
  return factor === 1 ? column : { ...column, scale };
}

/** The greatest number, and the greatest common divisor: 0 where a number is no whole one. */
function measure(numbers: ArrayLike<number>): { divisor: number; max: number } {
  let [divisor, max, isWhole] = [0, 0, true];
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (value > max) max = value;
    isWhole &&= Number.isSafeInteger(value);
    if (isWhole && divisor !== 1) divisor = commonDivisor(divisor, value);
  }
  // All numbers are 0 where no divisor was found.
  return { divisor: isWhole ? divisor || 1 : 0, max };
}

function commonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** The machines that perf and this package run on, x86-64 and aarch64, are little-endian. */
function base64Parts({ buffer, byteLength }: ArrayBufferView<ArrayBuffer>): string[] {
  const parts: string[] = [];
  for (let at = 0; at < byteLength; at += PART) {
    parts.push(Buffer.from(buffer, at, Math.min(PART, byteLength - at)).toString("base64"));
  }
  return parts;
}
