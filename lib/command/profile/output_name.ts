/** The values of a recording's name. */
export interface OutputNameValues {
  /** The time, in milliseconds since 1970. */
  time: number;
  /** The number of a process. */
  pid: number;
}

/**
 * Fills in a recording's name: `%t` becomes the time, as `20261130-141500` in this machine's zone,
 * `%p` the process's number, and `%%` a percent sign. Other percent signs stay.
 *
 * @param pattern The value of `-o`.
 */
export function outputName(pattern: string, { time, pid }: OutputNameValues): string {
  return pattern.replace(/%([tp%])/g, (_, letter) => {
    if (letter === "t") return timeText(new Date(time));
    return letter === "p" ? String(pid) : "%";
  });
}

function timeText(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}
