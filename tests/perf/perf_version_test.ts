import { deepEqual, equal, throws } from "node:assert/strict";

import { parsePerfVersion } from "../../lib/perf/perf_version.ts";

Deno.test("parsePerfVersion() reads the versions of distributions", () => {
  for (
    const [text, major, minor, patch] of [
      ["perf version 6.12.95", 6, 12, 95],
      ["perf version 6.12.95\n", 6, 12, 95],
      ["perf version 6.1", 6, 1, 0],
      ["perf version 6.7-3", 6, 7, 0],
      ["perf version 6.7.2-1~bpo12+1", 6, 7, 2],
      ["perf version 6.8.rc1.gdeadbeef", 6, 8, 0],
      ["perf version 6.18.44.g0123456789ab", 6, 18, 44],
      ["perf version v6.12", 6, 12, 0],
      ["perf version 5.15.0-1042.fc35.x86_64", 5, 15, 0],
      ["6.12.95", 6, 12, 95],
    ] as const
  ) {
    const { unwindsJitdump: _, ...version } = parsePerfVersion(text);
    deepEqual(version, { major, minor, patch }, text);
  }
});

Deno.test("parsePerfVersion() knows the first version that unwinds jitdump code", () => {
  for (
    const [text, expected] of [
      ["6.12.95", true],
      ["6.7.2", true],
      ["6.7.10", true],
      ["6.8", true],
      ["6.10", true],
      ["7.0", true],
      ["6.7", false],
      ["6.7.1", false],
      ["6.7-3", false],
      ["6.6.99", false],
      ["5.19.8", false],
    ] as const
  ) {
    equal(parsePerfVersion(`perf version ${text}`).unwindsJitdump, expected, text);
  }
});

Deno.test("parsePerfVersion() refuses a text without version", () => {
  for (const text of ["", "perf", "perf version", "perf version six", "perf version 6"]) {
    throws(() => parsePerfVersion(text), {
      name: "SyntaxError",
      message: `Cannot read perf version "${text}": must be like "perf version 6.12.95"`,
    });
  }
});
