import type { MemoryMapping } from "../../runtime/memory_maps.ts";
import { align8 } from "./unwind_tables.ts";

/** Executable memory whose code has no unwind information, and keeps frame records. */
export interface FrameRecordRegion {
  /** First address. */
  start: bigint;
  /** First address behind it. */
  end: bigint;
  /** The runtime's own code, or code that it generates, V8's builtins included. */
  kind: "runtime" | "generated";
}

/**
 * The regions among the mappings of a process.
 *
 * @param mappings The process's memory.
 * @param runtime Path of the runtime's program; `undefined` if that has unwind information of its own.
 */
export function frameRecordRegions(
  mappings: readonly MemoryMapping[],
  runtime: string | undefined,
): FrameRecordRegion[] {
  const regions: FrameRecordRegion[] = [];
  for (const { start, end, executable, path } of mappings) {
    if (!executable) continue;
    const before = regions.at(-1);
    if (path === "" || path.startsWith("[anon:")) {
      regions.push({ start, end, kind: "generated" });
    } else if (path === runtime) {
      // V8 maps its builtins, a part of the runtime's file, once more among the generated code.
      const isCopy = before?.kind === "generated" && before.end === start;
      regions.push({ start, end, kind: isCopy ? "generated" : "runtime" });
    }
  }
  return regions;
}

/** How a region stands in a dump. */
export interface DumpedRegion {
  /** Bytes that stand for its code, a hole in the file. */
  codeSize: number;
  /** Bytes that are mapped behind them, up to the region's end. */
  mappedSize: number;
}

/** Reserved for the tables at a region's end. */
const TABLES_SIZE = 256;

/**
 * V8 reserves up to 512 MiB for generated code and fills them from the start;
 * programs that have more than this are rare.
 */
const GENERATED_CODE = 16 * 1024 * 1024;

/**
 * How a region is to stand in a dump; `undefined` where it has no room for the tables.
 *
 * What counts as code costs `perf inject` time, some 6 ms a MiB, and as much room in a file of
 * its own, so it is as little as will do. perf maps the rest too, and unwinds through it with
 * libunwind; with libdw it wants code.
 */
export function dumpRegion({ start, end, kind }: FrameRecordRegion): DumpedRegion | undefined {
  const size = Number(end - start);
  const most = kind === "runtime" ? size : GENERATED_CODE;
  const codeSize = align8(Math.min(size - TABLES_SIZE, most) - 7);
  // What makes it distinct takes the first 8 bytes.
  if (codeSize < 8) return undefined;
  return { codeSize, mappedSize: size - codeSize };
}
