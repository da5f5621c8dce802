/** One mapping of a process's memory, as a line of /proc/<pid>/maps has it. */
export interface MemoryMapping {
  /** First address. */
  start: bigint;
  /** First address behind it. */
  end: bigint;
  /** Whether code in it can run. */
  executable: boolean;
  /** Where in the mapped file it begins. */
  offset: bigint;
  /** The mapped file, `[stack]` and the like, or empty for anonymous memory. */
  path: string;
}

/** proc(5): `start-end rwxp offset major:minor inode   path`. */
const LINE = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ..(.). ([0-9a-f]{1,16}) \S+ \d+ *(.*)$/;

/**
 * Parses /proc/<pid>/maps. A line that is none is passed over.
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

/** The mapping that an address lies in. */
export function mappingAt(
  mappings: readonly MemoryMapping[],
  address: bigint,
): MemoryMapping | undefined {
  return mappings.find(({ start, end }) => start <= address && address < end);
}
