import type { Recording } from "../../recording/recording.ts";
import { amountText, percentText } from "../figures/amounts.ts";
import type { PlaceNames } from "../figures/place_text.ts";
import { printable, styled, type Terminal, trimmed } from "./terminal.ts";
import { TimeRows } from "./time_rows.ts";
import { inOrder, type TopCounts, type TopOrder } from "./top_window.ts";

/** Options of {@linkcode topLines}. */
export interface TopTextOptions extends PlaceNames {
  /** The period of the counts, such as `the last 5 s`. */
  title: string;
  /** Where it goes. */
  terminal: Terminal;
  /** The most lines. */
  height: number;
  unit: Recording["unit"];
  order: TopOrder;
  /**
   * Whether all code is shown: the runtime's, libraries' and the kernel's beside the program's.
   * @default {false}
   */
  showsAll?: boolean;
}

/** Stands where functions would, if a program was started without names. */
const NAMELESS =
  "no function of the program was seen: run, or top with a script, starts it with names";

/**
 * The hottest functions, a line each, below a title.
 *
 * @param counts The functions.
 * @param options What and how much is shown.
 * @returns At most `height` lines.
 */
export function topLines(counts: TopCounts, options: TopTextOptions): string[] {
  const { title, terminal, height, unit, order } = options;
  const { total, program, functions, code } = counts;
  const share = total === 0 ? "" : ` (${percentText(program / total)})`;
  const heading =
    `${title}${options.showsAll ? ", all code" : ""}, by ${order} time: ${
      amountText(total, unit)
    } of processor time, ` +
    `${amountText(program, unit)}${share} in the program`;
  const isNameless = total > 0 && program === 0;
  const showsAll = isNameless || options.showsAll;
  const rows = new TimeRows({ ...options, program: (showsAll ? total : program) || 1 });
  return [
    styled(trimmed(printable(heading), terminal.width), "bold", terminal),
    ...isNameless ? [trimmed(NAMELESS, terminal.width)] : [],
    ...inOrder(showsAll ? code : functions, order)
      .slice(0, Math.max(0, height - (isNameless ? 2 : 1)))
      .map((fn) => rows.functionRow(fn).trimEnd()),
  ];
}
