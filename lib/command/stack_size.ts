/**
 * V8's limit for its stack, in KiB, three times its own: an instrumented function takes about
 * three times the stack of a plain one, and a recursion shall go as deep. The runtime gives a
 * Worker's thread 4 MiB, and native code needs some of them.
 */
const STACK_KIB = 3000;

/** The least stack of the main thread that this leaves enough of, in bytes. */
const NEEDED_BYTES = 8 * 1024 * 1024;

/**
 * The runtime's flag for a larger stack.
 *
 * @param limits /proc/self/limits, as proc(5) has it.
 * @param runtimeArgs The runtime's other flags; those for V8 are not added to.
 * @returns Nothing where the system's limit is too small for it.
 */
export function stackSizeFlags(limits: string, runtimeArgs: readonly string[]): string[] {
  const soft = /^Max stack size +(\S+)/m.exec(limits)?.[1];
  const isEnough = soft === "unlimited" || Number(soft) >= NEEDED_BYTES;
  return isEnough && !runtimeArgs.some((flag) => flag.startsWith("--v8-flags"))
    ? [`--v8-flags=--stack-size=${STACK_KIB}`]
    : [];
}
