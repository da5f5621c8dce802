/**
 * The start of a process, in milliseconds since the epoch, at most 30 ms too early.
 *
 * @param stat The content of `/proc/<pid>/stat`. proc(5): field 22 is the start in ticks of 10 ms
 * since boot.
 * @param uptime The content of `/proc/uptime`, which begins with the seconds since boot.
 * @param now The time at which that was read, in milliseconds since the epoch.
 * @returns `undefined` if the texts are malformed.
 */
export function parseProcessStart(stat: string, uptime: string, now: number): number | undefined {
  // The second field is the program's name and may hold spaces and parentheses.
  const ticks = /^\d+$/.exec(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "")?.[0];
  const seconds = /^\d+(\.\d+)?(?= )/.exec(uptime)?.[0];
  if (ticks === undefined || seconds === undefined) return undefined;
  return now - (Number(seconds) * 1000 - Number(ticks) * 10) - 30;
}
