import { deepEqual, equal } from "node:assert/strict";

import { Screen } from "../../../lib/command/top/screen.ts";
import { ScreenView } from "../../../lib/command/top/top_view.ts";
import { TopWindow } from "../../../lib/report/top_window.ts";
import { programRecording } from "../../support/program_recording.ts";

/** A terminal that keeps what is done to it. */
class FakeTerminal {
  written = "";
  readonly modes: boolean[] = [];
  isReading = false;
  #listener: ((data: Uint8Array) => void) | undefined;

  get streams() {
    return {
      input: {
        isTTY: true,
        setRawMode: (isRaw: boolean) => this.modes.push(isRaw),
        on: (_: "data", listener: (data: Uint8Array) => void) => this.#listener = listener,
        off: () => this.#listener = undefined,
        resume: () => this.isReading = true,
        pause: () => this.isReading = false,
      },
      output: { write: (text: string) => this.written += text },
    };
  }

  /** Whether anything hears keys. */
  get hears(): boolean {
    return this.#listener !== undefined;
  }

  press(keys: string): void {
    this.#listener?.(new TextEncoder().encode(keys));
  }

  /** Takes what has been written since the last time. */
  take(): string {
    const { written } = this;
    this.written = "";
    return written;
  }
}

Deno.test("Screen takes the terminal, and gives it back as it was", () => {
  const terminal = new FakeTerminal();
  const keys: string[] = [];
  const screen = new Screen((key) => keys.push(key), terminal.streams);
  equal(terminal.take(), "\x1b[?1049h\x1b[?25l\x1b[2J");
  terminal.press("ab");
  terminal.press("\x1b[A");
  deepEqual(keys, ["a", "b"]);
  screen.draw(["one", "two"]);
  equal(terminal.take(), "\x1b[Hone\x1b[K\r\ntwo\x1b[K\x1b[J");
  screen[Symbol.dispose]();
  screen[Symbol.dispose]();
  equal(terminal.take(), "\x1b[?25h\x1b[?1049l");
  deepEqual([terminal.modes, terminal.isReading, terminal.hears], [[true, false], false, false]);
  screen.draw(["late"]);
  equal(terminal.take(), "");
});

Deno.test("ScreenView sorts, pauses and quits by its keys", () => {
  const terminal = new FakeTerminal();
  let quits = 0;
  using view = new ScreenView({ seconds: 5, onQuit: () => quits++ }, terminal.streams);
  const window = new TopWindow(5);
  window.add(programRecording([
    { stack: "outer:/a.ts:1 inner:/a.ts:2", times: 2 },
    { stack: "outer:/a.ts:1", times: 1 },
  ]));
  terminal.take();
  const order = () => [...terminal.take().matchAll(/(outer|inner) /g)].map(([, name]) => name);
  view.show(window);
  deepEqual(order(), ["inner", "outer"]);
  terminal.press("s");
  deepEqual(order(), ["outer", "inner"]);
  terminal.press("p");
  equal(terminal.take().includes("(paused)"), true);
  window.add(programRecording([{ stack: "late:/a.ts:3", times: 9 }]));
  view.show(window);
  equal(terminal.take().includes("late"), false);
  terminal.press(" ");
  equal(terminal.take().includes("late"), true);
  for (const key of ["q", "\x03", "\x04"]) terminal.press(key);
  equal(quits, 3);
});
