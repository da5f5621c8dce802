import { deepEqual } from "node:assert/strict";

import { PerfError } from "../../lib/base/perf_error.ts";
import { warn } from "../../lib/base/warnings.ts";

Deno.test("warn() says who warns, what is wrong, what follows and what to do", () => {
  const said: unknown[][] = [];
  const { warn: original } = console;
  console.warn = (...words) => void said.push(words);
  try {
    warn("Cannot do it");
    warn(new Error("Cannot do it"), "nothing is done");
    warn(new PerfError("Cannot do it", { code: "file", hint: "df /tmp" }), "nothing is done");
  } finally {
    console.warn = original;
  }
  deepEqual(said, [
    ["@x/perf: Cannot do it"],
    ["@x/perf: Cannot do it; nothing is done"],
    ["@x/perf: Cannot do it; nothing is done (see: df /tmp)"],
  ]);
});
