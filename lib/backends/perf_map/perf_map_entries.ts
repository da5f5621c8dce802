/** A piece of code that a perf map names. */
export interface PerfMapEntry {
  /** First address. */
  start: number;
  /** First address behind it. */
  end: number;
  /** Its symbol. */
  name: string;
}

/**
 * Reads a perf map. Malformed lines, such as one that was cut off, are skipped. Where entries
 * overlap, the later one wins: its code has replaced the other.
 *
 * @param text The file's content.
 * @returns The entries by address, without overlaps.
 */
export function readPerfMapEntries(text: string): PerfMapEntry[] {
  const entries: PerfMapEntry[] = [];
  for (const line of text.split("\n")) {
    const [, start, size, name] = /^([0-9a-f]+) ([0-9a-f]+) (.+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const from = Number.parseInt(start!, 16);
    entries.push({ start: from, end: from + Number.parseInt(size!, 16), name });
  }
  return withoutOverlaps(entries);
}

function withoutOverlaps(entries: readonly PerfMapEntry[]): PerfMapEntry[] {
  const kept: PerfMapEntry[] = [];
  const byStart = entries.map((entry, order) => ({ ...entry, order }))
    .sort((a, b) => a.start - b.start || b.order - a.order);
  let last: (PerfMapEntry & { order: number }) | undefined;
  for (const entry of byStart) {
    if (last !== undefined && entry.start < last.end) {
      if (entry.order < last.order) continue;
      if (entry.start === last.start) kept.pop();
      else kept[kept.length - 1] = { ...last, end: entry.start };
    }
    kept.push(entry);
    last = entry;
  }
  return kept.map(({ start, end, name }) => ({ start, end, name }));
}
