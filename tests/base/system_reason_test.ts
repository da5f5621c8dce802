import { equal } from "node:assert/strict";
import { openSync } from "node:fs";

import { systemReason } from "../../lib/base/system_reason.ts";

Deno.test("systemReason() is what the system says, without code, call and path", () => {
  try {
    openSync("/no, such 'file", "r");
  } catch (error) {
    equal(systemReason(error), "no such file or directory");
  }
  equal(
    systemReason(new Error("EISDIR: illegal operation on a directory, read")),
    "illegal operation on a directory",
  );
  equal(systemReason(new Error("something: else, here")), "something: else, here");
});
