import { deepEqual, equal } from "node:assert/strict";

import { Screen } from "../../../lib/command/top/screen.ts";
import { FakeTerminal } from "../../support/fake_terminal.ts";

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
