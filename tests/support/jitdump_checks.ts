import { deepEqual, equal, ok } from "node:assert/strict";

import { type LoadRecord, readJitdump } from "./jitdump_reader.ts";

/**
 * Checks a dump for everything that perf needs: unwinding information before each load, sizes that
 * add up, times that never go back, no two regions that overlap, no two bodies alike. Only new code
 * of V8 may overlap older code: perf takes the later load.
 *
 * @param wasKilled Whether the last record may be incomplete: the kernel ends a write between two
 * pages. @default false
 * @returns The loads.
 */
export function checkJitdump(
  bytes: Uint8Array,
  pid: number,
  { wasKilled = false } = {},
): LoadRecord[] {
  const { header, records, rest } = readJitdump(bytes);
  if (!wasKilled) equal(rest, 0);
  deepEqual([header.version, header.totalSize, header.pid, header.flags], [1, 40, pid, 0n]);
  const loads: LoadRecord[] = [];
  const mapped: Mapped[] = [];
  let time = header.timestamp;
  records.forEach((record, i) => {
    ok(record.timestamp >= time, `record ${i} is older than the one before`);
    time = record.timestamp;
    if (record.kind !== "load") return;
    const earlier = records.slice(Math.max(0, i - 2), i).reverse();
    const debug = earlier.find((before) => before.kind === "debug");
    const unwinding = earlier.find((before) => before.kind === "unwinding");
    ok(unwinding !== undefined, `${record.name} has no unwinding information before it`);
    ok(unwinding.mappedSize >= unwinding.size, `${record.name}: its tables are not mapped`);
    ok(unwinding.headerSize > 0n && unwinding.headerSize < unwinding.size);
    if (/^js::.*:\d+$/.test(record.name)) {
      ok(debug !== undefined && record.name.endsWith(`:${debug.entries[0]!.line}`));
      deepEqual(debug.entries.map(({ address }) => address), [
        record.address,
        record.address + record.size,
      ]);
      equal(debug.address, record.address);
    }
    equal(record.pid, pid);
    equal(record.vma, record.address);
    const codeEnd = record.address + (record.size + 7n) / 8n * 8n;
    const end = codeEnd + unwinding.mappedSize;
    mapped.push({ start: record.address, end, name: record.name, at: i });
    loads.push(record);
  });
  checkOverlaps(mapped);
  equal(new Set(loads.map(({ index }) => index)).size, loads.length);
  // Holes differ in their first bytes, trampolines in their last.
  const bodies = loads.map(({ size, code }) =>
    `${size}: ${code.subarray(0, 64)}, ${code.subarray(-64)}`
  );
  equal(new Set(bodies).size, loads.length);
  return loads;
}

/** The range that a load has mapped. */
interface Mapped {
  start: bigint;
  end: bigint;
  name: string;
  /** Its place among the records. */
  at: number;
}

function checkOverlaps(mapped: Mapped[]): void {
  const generated = mapped.filter(({ name }) => name === "[generated code]");
  const others = mapped.filter(({ name }) => name !== "[generated code]");
  for (const group of [generated, others]) {
    group.sort((a, b) => a.start < b.start ? -1 : 1);
    for (let i = 1; i < group.length; i++) {
      const [before, after] = [group[i - 1]!, group[i]!];
      ok(before.end <= after.start, `${before.name} and ${after.name} overlap at ${after.start}`);
    }
  }
  for (const region of generated) {
    for (const { start, end, name, at } of others) {
      const isApart = end <= region.start || start >= region.end;
      ok(isApart || at > region.at, `${name} overlaps generated code at ${start}`);
    }
  }
}
