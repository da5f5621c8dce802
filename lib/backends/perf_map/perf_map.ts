import {
  asUintN,
  encode,
  formatBigInt,
  formatNumber,
  isSafeInteger,
  slice,
  subarray,
} from "../../base/builtins.ts";
import type { CodeRegion } from "../backend.ts";

/** Length that names are cut to, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 4096;

/**
 * The path at which `perf` looks for the map of a process.
 *
 * @param pid The process's number in its own pid namespace.
 */
export function perfMapPath(pid: number): string {
  return `/tmp/perf-${pid}.map`;
}

/**
 * Formats one line of a perf map: `<hex start> <hex size> <name>`.
 *
 * The format is the kernel's tools/perf/Documentation/jit-interface.txt. A name
 * cannot forge a line: line breaks and NUL become `\n`, `\r` and `\0`. Names over
 * 4096 bytes are cut between two characters.
 *
 * @throws {RangeError} If the address or the size is no whole number of 64 bits.
 */
export function formatPerfMapEntry({ address, size, name }: CodeRegion): Uint8Array<ArrayBuffer> {
  const prefix = `${hexadecimal(address, "address")} ${hexadecimal(size, "size")} `;
  const line = encode(`${prefix}${escapeName(name)}\n`);
  const longest = prefix.length + MAX_NAME_BYTES + 1;
  if (line.length <= longest) return line;
  let end = longest - 1;
  // 0b10xxxxxx continues a character.
  while ((line[end]! & 0xc0) === 0x80) end--;
  line[end] = 0x0a;
  return subarray(line, 0, end + 1);
}

const ESCAPES: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  "\n": "\\n",
  "\r": "\\r",
  "\0": "\\0",
});

/**
 * Escapes line breaks and NUL in a text as `\\n`, `\\r` and `\\0`.
 *
 * @param name Any text.
 */
export function escapeName(name: string): string {
  // perf reads lines as C strings, so NUL would end a name.
  let escaped = "";
  let from = 0;
  for (let at = 0; at < name.length; at++) {
    const escape = ESCAPES[name[at]!];
    if (escape === undefined) continue;
    escaped += slice(name, from, at) + escape;
    from = at + 1;
  }
  return escaped + slice(name, from);
}

function hexadecimal(value: number | bigint, what: string): string {
  const whole = typeof value === "bigint"
    ? asUintN(64, value) === value
    : value >= 0 && isSafeInteger(value);
  if (!whole) {
    throw new RangeError(
      `Cannot write perf map ${what} "${value}": must be a whole number from 0 to 2^64 - 1 (a bigint above 2^53)`,
    );
  }
  return typeof value === "bigint" ? formatBigInt(value, 16) : formatNumber(value, 16);
}
