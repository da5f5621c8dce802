import { deepEqual, equal } from "node:assert/strict";

import { beginModuleLog, logModule } from "../../lib/v8/module_log.ts";
import { readModuleLog } from "../../lib/v8/module_log_reader.ts";

Deno.test("readModuleLog() reads what was noted, up to a line that is cut off", () => {
  const path = Deno.makeTempFileSync({ prefix: "xperf-log-" });
  try {
    beginModuleLog(path);
    const loaded = { format: "module", source: "function foo() {}" };
    logModule(path, "file:///src/a%20b.js", { context: {}, loaded });
    logModule(path, "file:///src/data.json", {
      context: {},
      loaded: { format: "json", source: "{}" },
    });
    logModule(path, "node:fs", { context: {}, loaded });
    const text = Deno.readTextFileSync(path);
    for (const end of ["", '{"url":"file:///src/cut.js","te']) {
      const { pid, positionsOf } = readModuleLog(text + end);
      equal(pid, Deno.pid);
      for (const name of ["file:///src/a%20b.js", "/src/a b.js"]) {
        deepEqual(positionsOf(name)?.functionAt(1, 13), { name: "foo", line: 1 });
      }
      for (const name of ["file:///src/data.json", "node:fs", "file:///src/cut.js"]) {
        equal(positionsOf(name), undefined);
      }
    }
  } finally {
    Deno.removeSync(path);
  }
  equal(readModuleLog("").pid, undefined);
});
