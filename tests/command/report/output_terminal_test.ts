import { deepEqual } from "node:assert/strict";

import { terminalOf } from "../../../lib/command/report/output_terminal.ts";
import { PLAIN } from "../../../lib/report/text/terminal.ts";

Deno.test("terminalOf() is as wide as the terminal, and has colours there", () => {
  deepEqual(terminalOf({ isTTY: true, columns: 133 }, {}), { width: 133, hasColor: true });
  deepEqual(terminalOf({ isTTY: true, columns: 0 }, {}), { width: 80, hasColor: true });
  deepEqual(terminalOf({ isTTY: true, columns: 10 }, {}), { width: 40, hasColor: true });
});

Deno.test("terminalOf() has no colours in a file, with NO_COLOR or on a dumb terminal", () => {
  deepEqual(terminalOf({ columns: 133 }, {}), PLAIN);
  const terminal = { isTTY: true, columns: 90 };
  for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
    deepEqual(terminalOf(terminal, env), { width: 90, hasColor: false });
  }
  // no-color.org: an empty value does not count.
  deepEqual(terminalOf(terminal, { NO_COLOR: "" }).hasColor, true);
});
