import { equal, throws } from "node:assert/strict";

import { checkJitVersion, injectedPath } from "../../../lib/command/profile/jit_recording.ts";
import { parsePerfVersion } from "../../../lib/perf/perf_version.ts";

Deno.test("injectedPath() is beside the recording", () => {
  equal(injectedPath("perf.data"), "perf.jit.data");
  equal(injectedPath("/a.b/own.data"), "/a.b/own.jit.data");
  equal(injectedPath("/a.b/own"), "/a.b/own.jit.data");
  equal(injectedPath("a/.hidden"), "a/.hidden.jit.data");
});

Deno.test("checkJitVersion() refuses a perf that cannot unwind a jitdump's code", () => {
  for (const name of ["6.7.2", "6.8", "6.12.95"]) {
    checkJitVersion({ name, version: parsePerfVersion(name) }, "install");
  }
  for (const name of ["6.7.1", "6.7-3", "6.6.99", "5.15.2"]) {
    throws(() => checkJitVersion({ name, version: parsePerfVersion(name) }, "install"), {
      name: "PerfError",
      code: "perf",
      hint: "install",
      message: new RegExp(`perf is ${name}, must be 6.7.2 or newer`),
    });
  }
});
