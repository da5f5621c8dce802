/** How large a recording may become where nothing is said. */
export const DEFAULT_MAX_SIZE = "1G";

/** The units of a size, in bytes. */
export const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
};

/**
 * Reads the value of `--max-size`, in the form that perf has it.
 *
 * @returns Bytes.
 * @throws {RangeError} If it is no size.
 */
export function parseMaxSize(text: string): number {
  const [, digits, unit] = /^([1-9]\d*)([BKMG])$/i.exec(text) ?? [];
  if (digits === undefined) {
    throw new RangeError(`Cannot record at most "${text}": must be a size such as 500M or 4G`);
  }
  return Number(digits) * SIZE_UNITS[unit!.toUpperCase()]!;
}
