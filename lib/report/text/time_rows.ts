import type { Recording } from "../../recording/recording.ts";
import { amountText, percentText } from "../figures/amounts.ts";
import { type PlaceNames, placeText } from "../figures/place_text.ts";
import { isPackageFrame } from "../figures/program_view.ts";
import type { FunctionShare } from "../figures/shares.ts";
import {
  columnsOf,
  heatOf,
  printable,
  styled,
  type Terminal,
  trimmed,
  trimmedStart,
} from "./terminal.ts";

/** Columns in front of a row's name: amount, share and spaces. */
export const NUMBERS = 19;

/** Columns that a name needs to have its place beside it, and a row to have the function's total. */
const ROOM_FOR_PLACE = 20;
const ROOM_FOR_TOTAL = 40;

/** Options of {@linkcode TimeRows}. */
export interface TimeRowOptions extends PlaceNames {
  /** Where the rows go. */
  terminal: Terminal;
  /** The recording's unit. */
  unit: Recording["unit"];
  /** The time that shares are of, in that unit. */
  program: number;
}

/** Writes rows that begin with an amount of time and its share. */
export class TimeRows {
  readonly #options: TimeRowOptions;

  constructor(options: TimeRowOptions) {
    this.#options = options;
  }

  /** A function with its self time, the share of its total, and its place. */
  functionRow({ name, kind, file, line, self, total }: FunctionShare): string {
    const { terminal, program } = this.#options;
    const isPackage = isPackageFrame({ kind, name, file, module: "" });
    const title = printable(isPackage ? `package ${name}` : name);
    const place = isPackage ? "" : printable(placeText({ file, line }, this.#options));
    const room = terminal.width - NUMBERS;
    if (room < ROOM_FOR_TOTAL) return this.row(self, [this.withPlace(title, place, room)]);
    const share = `total ${percentText(total / program).padStart(7)}`;
    return this.row(self, [
      styled(share, "dim", terminal),
      this.withPlace(title, place, room - share.length - 2),
    ]);
  }

  /** A name, with its place in the columns that are left. */
  withPlace(name: string, place: string, room: number): string {
    if (place === "" || room < ROOM_FOR_PLACE) return trimmed(name, room);
    const short = trimmed(name, Math.floor(0.6 * room));
    const rest = room - columnsOf(short) - 2;
    return `${short}  ${styled(trimmedStart(place, rest), "dim", this.#options.terminal)}`;
  }

  /** A row: an amount of time, its share, and cells that have been trimmed. */
  row(weight: number, cells: readonly string[]): string {
    const { terminal, program, unit } = this.#options;
    const share = weight / program;
    const percent = styled(percentText(share).padStart(8), heatOf(share), terminal);
    return `${amountText(weight, unit).padStart(9)}${percent}  ${cells.join("  ")}\n`;
  }
}
