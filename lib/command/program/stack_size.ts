/**
 * A limit for V8's stack, in KiB, three times its own: an instrumented function takes about three
 * times the stack of a plain one, and a recursion shall go as deep. Deno gives a Worker's thread
 * 4 MiB, and native code needs some of them.
 */
const STACK_KIB = 3000;

/** The least stack of the main thread that this leaves enough of, in bytes. */
const NEEDED_BYTES = 8 * 1024 * 1024;

/**
 * How much stack an instrumented program may use, in KiB.
 *
 * @param limits /proc/self/limits, as proc(5) has it.
 * @returns `undefined` where the system's limit is too small for more than usual.
 */
export function roomyStackSize(limits: string): number | undefined {
  const soft = /^Max stack size +(\S+)/m.exec(limits)?.[1];
  return soft === "unlimited" || Number(soft) >= NEEDED_BYTES ? STACK_KIB : undefined;
}
