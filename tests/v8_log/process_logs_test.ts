import { deepEqual, equal } from "node:assert/strict";

import { ProcessLogs } from "../../lib/v8_log/process_logs.ts";
import type { SizePoll } from "../../lib/v8_log/log_clock.ts";
import { readLog } from "../support/v8_logs.ts";

const HEAD = "v8-version,15,0,245,2,-rusty,0\ncode-creation,Builtin,3,0,0x500000,192,CompileLazy\n";

/** A log whose time 0 is the clock's, with a regular expression's code. */
function log(address: string, time: number, name: string) {
  const text = `${HEAD}code-creation,RegExp,4,${time},${address},64,${name}\n`;
  const polls: SizePoll[] = [[1e15, time * 1e3, 1e9]];
  return readLog(text, { polls });
}

Deno.test("ProcessLogs finds code of all isolates, and of one address the latest", async () => {
  const logs = new ProcessLogs([
    await log("0x1000", 1e6, "first"),
    await log("0x2000", 2e6, "second"),
    await log("0x1020", 3e6, "third"),
  ]);
  const name = (address: number, time: number, isCaller = false) =>
    logs.framesAt(address, time, isCaller)?.[0]?.name;
  for (let round = 0; round < 2; round++) {
    equal(name(0x1030, 2e6), "RegExp: first");
    equal(name(0x1030, 4e6), "RegExp: third");
    equal(name(0x1030, 2e6), "RegExp: first");
    equal(name(0x2000, 4e6), "RegExp: second");
    equal(name(0x2040, 4e6), undefined);
    equal(name(0x2040, 4e6, true), "RegExp: second");
    equal(name(0x500000, 4e6), "CompileLazy");
    equal(name(0x9999999, 4e6), undefined);
  }
});

Deno.test("ProcessLogs of one log, or of none, is that", async () => {
  const one = await log("0x1000", 1e6, "first");
  deepEqual(new ProcessLogs([one]).framesAt(0x1000, 2e6, false), one.framesAt(0x1000, 2e6, false));
  equal(new ProcessLogs([]).framesAt(0x1000, 2e6, false), undefined);
});
