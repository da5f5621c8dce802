/** The memory of a process, in bytes, as `process.memoryUsage()` has it. */
export interface ProcessMemory {
  /** Resident memory: pages that are in RAM. */
  rss: number;
  /** Objects in V8's heap. */
  heapUsed: number;
  /** Memory outside of V8's heap that objects in it hold. */
  external: number;
  /** The part of that which is ArrayBuffers'; Deno does not tell it. */
  arrayBuffers: number;
}
