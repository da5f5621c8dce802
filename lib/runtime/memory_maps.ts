/** One mapping of a process's memory: a line of /proc/<pid>/maps. */
export interface MemoryMapping {
  /** First address. */
  start: bigint;
  /** First address behind it. */
  end: bigint;
  /** Whether its memory is executable. */
  executable: boolean;
  /** Offset of its first byte in the mapped file. */
  offset: bigint;
  /** The mapped file, `[stack]` and the like, or empty for anonymous memory. */
  path: string;
}

/** proc(5): `start-end rwxp offset major:minor inode   path`. */
const LINE = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ..(.). ([0-9a-f]{1,16}) \S+ \d+ *(.*)$/;

/**
 * Parses /proc/<pid>/maps. Malformed lines are skipped.
 *
 * @param text The file's content.
 */
export function parseMemoryMaps(text: string): MemoryMapping[] {
  const mappings: MemoryMapping[] = [];
  for (const line of text.split("\n")) {
    const match = LINE.exec(line);
    if (match === null) continue;
    mappings.push({
      start: BigInt(`0x${match[1]}`),
      end: BigInt(`0x${match[2]}`),
      executable: match[3] === "x",
      offset: BigInt(`0x${match[4]}`),
      path: match[5]!,
    });
  }
  return mappings;
}

/** Finds the mapping that contains an address. */
export function mappingAt(
  mappings: readonly MemoryMapping[],
  address: bigint,
): MemoryMapping | undefined {
  return mappings.find(({ start, end }) => start <= address && address < end);
}
