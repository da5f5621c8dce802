import process from "node:process";

/** A terminal's input and output, as {@linkcode Screen} uses them. */
export interface ScreenStreams {
  input: {
    isTTY?: boolean;
    setRawMode?(isRaw: boolean): unknown;
    on(event: "data", listener: (data: Uint8Array | string) => void): unknown;
    off(event: "data", listener: (data: Uint8Array | string) => void): unknown;
    resume(): unknown;
    pause(): unknown;
  };
  output: { write(text: string): unknown };
}

/** The alternate screen without a cursor, and back (xterm, DECSET 1049 and 25). */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J";
const LEAVE = "\x1b[?25h\x1b[?1049l";

/**
 * The terminal's other screen, with keys that arrive one by one. Disposing of it gives the terminal
 * back as it was, and so does the end of this process.
 */
export class Screen implements Disposable {
  readonly #streams: ScreenStreams;
  readonly #listener: (data: Uint8Array | string) => void;
  #isOpen = true;

  /**
   * @param onKey Is given each key.
   * @param streams The terminal. @default {this process's}
   */
  constructor(
    onKey: (key: string) => void,
    streams: ScreenStreams = { input: process.stdin, output: process.stdout },
  ) {
    this.#streams = streams;
    this.#listener = (data) => {
      const text = typeof data === "string" ? data : new TextDecoder().decode(data);
      // An escape sequence, as of an arrow, is no key that anything is bound to.
      if (!text.startsWith("\x1b")) { for (const key of text) onKey(key); }
    };
    const { input, output } = streams;
    process.on("exit", this.#close);
    output.write(ENTER);
    if (!input.isTTY) return;
    input.setRawMode?.(true);
    input.on("data", this.#listener);
    input.resume();
  }

  /** Shows lines in the place of all that is shown. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    // Each line is erased behind its end, and all below the last, so that nothing flickers.
    this.#streams.output.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`);
  }

  readonly #close = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { input, output } = this.#streams;
    output.write(LEAVE);
    if (!input.isTTY) return;
    input.off("data", this.#listener);
    input.setRawMode?.(false);
    input.pause();
  };

  /** Gives the terminal back. Calling it again has no effect. */
  [Symbol.dispose](): void {
    this.#close();
    process.off("exit", this.#close);
  }
}
