import type { MemoryMapping } from "../../runtime/memory_maps.ts";
import { align8 } from "./unwind_tables.ts";

/** Executable memory without unwind information, whose code keeps frame records. */
export interface FrameRecordRegion {
  /** First address. */
  start: bigint;
  /** First address behind it. */
  end: bigint;
  /** The runtime's own code, or generated code, which includes V8's builtins. */
  kind: "runtime" | "generated";
}

/**
 * Finds the regions among the mappings of a process.
 *
 * @param mappings The process's memory.
 * @param runtime Path of the runtime's program; `undefined` if that has unwind information itself.
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
      // V8 maps its builtins, a part of the runtime's file, a second time next to generated code.
      const isCopy = before?.kind === "generated" && before.end === start;
      regions.push({ start, end, kind: isCopy ? "generated" : "runtime" });
    }
  }
  return regions;
}

/** A region's sizes in a dump. */
export interface DumpedRegion {
  /** Bytes of code in the dump, all but the first 8 a hole in the file. */
  codeSize: number;
  /** Bytes that perf maps behind the code, up to the region's end. */
  mappedSize: number;
}

/** Bytes reserved for the tables at a region's end. */
const TABLES_SIZE = 256;

/**
 * Bytes of generated code in a dump, at most. V8 reserves up to 512 MiB for generated code and
 * fills them from the start; programs with more code than this are rare.
 */
const GENERATED_CODE = 16 * 1024 * 1024;

/**
 * Computes a region's sizes in a dump; `undefined` where the region has no room for the tables.
 *
 * `perf inject` writes the code into a file of its own, at some 6 ms a MiB, so the code is kept
 * small. perf maps the rest too, and unwinds through it with libunwind; with libdw it unwinds
 * through code only.
 */
export function dumpRegion({ start, end, kind }: FrameRecordRegion): DumpedRegion | undefined {
  const size = Number(end - start);
  const most = kind === "runtime" ? size : GENERATED_CODE;
  const codeSize = align8(Math.min(size - TABLES_SIZE, most) - 7);
  // The first 8 bytes make the code distinct (jitdump_backend.ts).
  if (codeSize < 8) return undefined;
  return { codeSize, mappedSize: size - codeSize };
}
