import { mappingAt, type MemoryMapping } from "./memory_maps.ts";

/** A walk of the stack from inside a trampoline. */
export interface FrameChain {
  /** Return addresses, innermost first. */
  addresses: readonly bigint[];
  /** The trampoline's first address. */
  trampoline: bigint;
  /** Bytes of code in the trampoline. */
  size: number;
}

/** The C library, which calls the program: `libc.so.6`, `libc-2.31.so`, `ld-musl-x86_64.so.1`. */
const LIBC = /\/(?:libc[.-][^/]*so[^/]*|ld-musl-[^/]*)$/;

/**
 * Checks that a frame-pointer chain is whole: it leads from inside the
 * trampoline to the C library's code that started the program or the thread.
 * On aarch64 glibc's code has a frame record itself, so the chain goes on to the
 * program's entry, `_start`.
 *
 * @param chain The walk.
 * @param mappings The memory of the process.
 * @returns A description of the break; `undefined` if the chain is whole.
 */
export function brokenFrameChain(
  { addresses, trampoline, size }: FrameChain,
  mappings: readonly MemoryMapping[],
): string | undefined {
  const end = trampoline + BigInt(size);
  if (!addresses.some((address) => trampoline < address && address <= end)) {
    return `the trampoline is not among the ${addresses.length} frames of its own stack`;
  }
  const outermost = addresses.at(-1)!;
  const mapping = mappingAt(mappings, outermost);
  if (isOfLibc(mapping)) return undefined;
  const callee = addresses.at(-2);
  const isEntry = mapping?.executable && mapping.path !== "" && callee !== undefined &&
    isOfLibc(mappingAt(mappings, callee));
  if (isEntry) return undefined;
  const place = mapping === undefined ? "no mapping" : mapping.path || "anonymous memory";
  return `the stack ends after ${addresses.length} frames at 0x${
    outermost.toString(16)
  } in ${place}, must end in the C library's start of the program`;
}

function isOfLibc(mapping: MemoryMapping | undefined): boolean {
  return mapping !== undefined && mapping.executable && LIBC.test(mapping.path);
}
