/**
 * A limit for V8's stack, in KiB: three times V8's default. An instrumented function takes about
 * three times the stack of a plain one, so recursions go as deep as without. Deno gives a Worker's
 * thread 4 MiB, and native code needs a part of them.
 */
const STACK_KIB = 3000;

/**
 * The least stack of the main thread that has room for this limit and for native code, in bytes.
 */
const NEEDED_BYTES = 8 * 1024 * 1024;

/**
 * Returns the stack that an instrumented program may use, in KiB.
 *
 * @param limits /proc/self/limits, as proc(5) has it.
 * @returns `undefined` where the system's limit is too small for a larger stack.
 */
export function roomyStackSize(limits: string): number | undefined {
  const soft = /^Max stack size +(\S+)/m.exec(limits)?.[1];
  return soft === "unlimited" || Number(soft) >= NEEDED_BYTES ? STACK_KIB : undefined;
}
