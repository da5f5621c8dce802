import process from "node:process";

import { PLAIN, type Terminal } from "../../report/text/terminal.ts";

/** Facts of a stream that {@linkcode terminalOf} decides by. */
export interface OutputStream {
  /** Whether it is a terminal. */
  isTTY?: boolean;
  /** Columns of it; 0 where the terminal does not know. */
  columns?: number;
}

/** Columns of a terminal that does not say how wide it is. */
const USUAL_WIDTH = 80;

/** Fewer columns have no room for numbers and names. */
const LEAST_WIDTH = 40;

/**
 * Decides how text looks on a stream: as wide as the terminal, with colours unless `NO_COLOR` is set
 * (no-color.org) or the terminal is `dumb`. A file has neither.
 *
 * @param stream Where the text goes. @default {standard output}
 * @param env The environment. @default {this process's}
 */
export function terminalOf(
  stream: OutputStream = process.stdout,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Terminal {
  if (!stream.isTTY) return PLAIN;
  return {
    width: Math.max(LEAST_WIDTH, stream.columns || USUAL_WIDTH),
    hasColor: !env["NO_COLOR"] && env["TERM"] !== "dumb",
  };
}
