import { deepEqual, equal } from "node:assert/strict";

import { ScreenView } from "../../../lib/command/top/top_view.ts";
import { TopWindow } from "../../../lib/report/text/top_window.ts";
import { FakeTerminal } from "../../support/fake_terminal.ts";
import { programRecording } from "../../support/program_recording.ts";

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
  terminal.press("s");
  terminal.press("a");
  equal(terminal.take().includes("all code"), true);
  terminal.press("a");
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
