import { deepEqual } from "node:assert/strict";

import { parseLogName } from "../../lib/v8_log/log_name.ts";

Deno.test("parseLogName() parses V8's file names", () => {
  deepEqual(parseLogName("isolate-0x55d38cad0000-3624-3624-1796034186264.log"), {
    isolate: "0x55d38cad0000",
    pid: 3624,
    started: 1796034186264,
  });
});

Deno.test("parseLogName() is undefined for other files", () => {
  for (
    const name of [
      "",
      "clock.json",
      "isolate-0x55d38cad0000-3624-3625-1.log",
      "isolate-0x55d38cad0000-3624-3624.log",
      "isolate-0x55d38cad0000-3624-3624-1.log.gz",
      "isolate-0x-1-1-1.log",
      "3624.log",
    ]
  ) {
    deepEqual(parseLogName(name), undefined);
  }
});
