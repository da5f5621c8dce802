import { hexDigit } from "./log_text.ts";

const COMMA = 0x2c;

/**
 * Reads the numbers in a line, one field after the other; -1 stands for a field that is no number.
 */
export class FieldReader {
  /** Index of the byte behind the last field and its comma. */
  at = 0;
  #bytes: Uint8Array = new Uint8Array();
  #end = 0;

  /** Starts at a byte of a line. */
  start(bytes: Uint8Array, at: number, end: number): this {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
    return this;
  }

  /** Reads a decimal number up to a comma or the line's end. */
  decimal(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    const start = this.at;
    let [value, at] = [0, start];
    for (; at < end; at++) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const isNumber = at > start && value <= Number.MAX_SAFE_INTEGER &&
      (at >= end || bytes[at] === COMMA);
    this.at = isNumber ? at + 1 : end;
    return isNumber ? value : -1;
  }

  /** Reads an address, with `0x` in front. Something other than a comma may stand behind it. */
  address(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    const digits = this.at + 2;
    let [value, at] = [0, digits];
    if (bytes[digits - 2] === 0x30 && bytes[digits - 1] === 0x78) {
      for (; at < end; at++) {
        const digit = hexDigit(bytes[at]!);
        if (digit < 0) break;
        value = value * 16 + digit;
      }
    }
    const isAddress = at > digits && at <= end && value <= Number.MAX_SAFE_INTEGER;
    this.at = !isAddress ? end : at < end && bytes[at] === COMMA ? at + 1 : at;
    return isAddress ? value : -1;
  }
}

/** The bytes of an ASCII word. */
export function bytesOf(word: string): Uint8Array {
  return new TextEncoder().encode(word);
}

/** Whether a line starts with a word. */
export function startsWith(
  bytes: Uint8Array,
  start: number,
  end: number,
  word: Uint8Array,
): boolean {
  if (end - start < word.length) return false;
  // Backwards, because V8's words differ at their ends.
  for (let i = word.length - 1; i >= 0; i--) if (bytes[start + i] !== word[i]) return false;
  return true;
}

/** Bytes as text, one character each. */
export function byteText(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder("latin1").decode(bytes.subarray(start, end));
}

/** The hash of no bytes, for {@linkcode hashBytes}. */
export const HASH_START = 0x811c9dc5;

/** Continues an FNV-1a hash with more bytes. */
export function hashBytes(bytes: Uint8Array, start: number, end: number, before: number): number {
  let hash = before;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash >>> 0;
}
