import { equal, ok } from "node:assert/strict";

import { PerfError } from "../../lib/base/perf_error.ts";

Deno.test("PerfError keeps message, code, hint and cause", () => {
  const cause = new Error("underneath");
  const error = new PerfError("Cannot run perf", { code: "perf", hint: "apt-get install", cause });
  ok(error instanceof Error);
  equal(error.name, "PerfError");
  equal(error.message, "Cannot run perf");
  equal(error.code, "perf");
  equal(error.hint, "apt-get install");
  equal(error.cause, cause);
  ok(
    error.stack!.startsWith("PerfError: Cannot run perf") ||
      error.stack!.includes("perf_error_test"),
  );
});

Deno.test("PerfError has neither hint nor cause by default", () => {
  const error = new PerfError("Cannot run perf", { code: "perf" });
  equal(error.hint, undefined);
  equal("cause" in error, false);
});
