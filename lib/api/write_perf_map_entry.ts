import { PerfMapBackend } from "../backends/perf_map/perf_map_backend.ts";

let map: PerfMapBackend | undefined;

/**
 * Writes one line to this process's perf map, for a program that generates machine code. The
 * counterpart of CPython's `PyUnstable_WritePerfMapEntry`.
 *
 * Needs `--allow-write=/tmp`.
 *
 * @param address The code's first address; a bigint above 2^53.
 * @param size Bytes of code.
 * @param name The name that `perf` shows. Line breaks and NUL are escaped; it is cut to 4096 bytes.
 * @throws {RangeError} If the address or the size is not a whole number of 64 bits.
 * @throws {PerfError} If the map cannot be written.
 *
 * @example
 * ```ts no-eval
 * import { writePerfMapEntry } from "@x/perf";
 *
 * writePerfMapEntry(0x1234, 0x162e, "entry1"); // 1234 162e entry1
 * ```
 */
export function writePerfMapEntry(address: number | bigint, size: number, name: string): void {
  map ??= new PerfMapBackend();
  map.declare({ address, size, name });
}
