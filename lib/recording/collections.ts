/** Garbage collections of one kind that V8 made in a program's threads. */
export interface CollectionSum {
  /** V8's name of the kind (v8/include/v8-callbacks.h, `GCType`), such as `Scavenge`. */
  kind: string;
  count: number;
  /** The time in which they halted their threads, all together. */
  milliseconds: number;
}

/** Adds up collections of equal kinds, the kind that took longest first. */
export function addedCollections(
  lists: readonly (readonly CollectionSum[] | undefined)[],
): CollectionSum[] {
  const sums = new Map<string, CollectionSum>();
  for (const { kind, count, milliseconds } of lists.flatMap((list) => list ?? [])) {
    const sum = sums.get(kind);
    if (sum === undefined) sums.set(kind, { kind, count, milliseconds });
    else {
      sum.count += count;
      sum.milliseconds += milliseconds;
    }
  }
  return [...sums.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}
