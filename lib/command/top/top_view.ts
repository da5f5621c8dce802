import process from "node:process";

import { PLAIN, type Terminal } from "../../report/text/terminal.ts";
import { topLines } from "../../report/text/top_text.ts";
import type { TopCounts, TopOrder, TopWindow } from "../../report/text/top_window.ts";
import { terminalOf } from "../report/output_terminal.ts";
import { writeOut } from "../report/reports.ts";
import { Screen, type ScreenStreams } from "./screen.ts";

/** Shows the hottest functions while a program runs. */
export interface TopView extends Disposable {
  /** Shows what the window has now. */
  show(window: TopWindow): void;
}

/** Functions that are printed each time where there is no terminal, and at the end. */
const MOST_PRINTED = 10;

/** Rows of a terminal that does not say how many it has. */
const USUAL_HEIGHT = 24;

const KEYS = "s: by self or total time   a: all code   p: pause   q: quit";

/** Options of {@linkcode topView}. */
export interface TopViewOptions {
  /** Seconds that the window spans. */
  seconds: number;
  /** Is called where the user wants to end it. */
  onQuit: () => void;
}

/** The view for standard output: a screen that is redrawn on a terminal, plain lines elsewhere. */
export function topView(options: TopViewOptions): TopView {
  return process.stdout.isTTY ? new ScreenView(options) : new PlainView(options);
}

/** A screen with keys. */
export class ScreenView implements TopView {
  readonly #screen: Screen;
  readonly #options: TopViewOptions;
  #window: TopWindow | undefined;
  #order: TopOrder = "self";
  #showsAll = false;
  /** The counts that stand still while the user reads. */
  #paused: TopCounts | undefined;

  /** @param streams The terminal. @default {this process's} */
  constructor(options: TopViewOptions, streams?: ScreenStreams) {
    this.#options = options;
    this.#screen = new Screen((key) => this.#press(key), streams);
    this.#screen.draw(["waiting for the first samples", "", KEYS]);
  }

  /** @inheritdoc */
  show(window: TopWindow): void {
    this.#window = window;
    this.#draw();
  }

  #press(key: string): void {
    // Ctrl-C and Ctrl-D are characters where the terminal is raw.
    if (key === "q" || key === "\x03" || key === "\x04") return this.#options.onQuit();
    if (key === "s") this.#order = this.#order === "self" ? "total" : "self";
    if (key === "a") this.#showsAll = !this.#showsAll;
    if (key === "p" || key === " ") {
      this.#paused = this.#paused === undefined ? this.#window?.recent() : undefined;
    }
    this.#draw();
  }

  #draw(): void {
    if (this.#window === undefined) return;
    const terminal = terminalOf();
    const lines = topLines(this.#paused ?? this.#window.recent(), {
      title: `last ${this.#options.seconds} s${this.#paused === undefined ? "" : " (paused)"}`,
      terminal,
      height: (process.stdout.rows || USUAL_HEIGHT) - 2,
      unit: this.#window.unit,
      order: this.#order,
      showsAll: this.#showsAll,
      directory: process.cwd(),
    });
    this.#screen.draw([...lines, "", KEYS.slice(0, terminal.width)]);
  }

  /** Gives the terminal back. */
  [Symbol.dispose](): void {
    this.#screen[Symbol.dispose]();
  }
}

/** Lines, one block each time. */
class PlainView implements TopView {
  readonly #seconds: number;

  constructor({ seconds }: TopViewOptions) {
    this.#seconds = seconds;
  }

  show(window: TopWindow): void {
    printCounts(window.recent(), { title: `last ${this.#seconds} s`, window, terminal: PLAIN });
  }

  [Symbol.dispose](): void {}
}

/** Prints counts as plain lines, with an empty line behind them. */
export function printCounts(
  counts: TopCounts,
  { title, window, terminal = terminalOf() }: {
    title: string;
    window: TopWindow;
    terminal?: Terminal;
  },
): void {
  const lines = topLines(counts, {
    title,
    terminal,
    height: MOST_PRINTED + 1,
    unit: window.unit,
    order: "self",
    directory: process.cwd(),
  });
  writeOut([`${lines.join("\n")}\n\n`]);
}
