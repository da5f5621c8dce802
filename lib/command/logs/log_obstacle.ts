/**
 * Returns the reason why a program must not write V8's log.
 *
 * @param limits /proc/self/limits, as proc(5) has it.
 * @returns A sentence; `undefined` where nothing is in the way.
 */
export function logObstacle(limits: string): string | undefined {
  const size = /^Max file size +(\d+) /m.exec(limits)?.[1];
  if (size === undefined) return undefined;
  // setrlimit(2), RLIMIT_FSIZE: the kernel sends SIGXFSZ, which ends Deno.
  return `V8's log would end the program where it reaches the limit for files, ${size} bytes (ulimit -f)`;
}
