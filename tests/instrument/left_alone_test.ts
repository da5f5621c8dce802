import { deepEqual, equal } from "node:assert/strict";

import { LeftAlone, parseVerbosity, type Verbosity } from "../../lib/instrument/left_alone.ts";

function said(verbosity: Verbosity, functions: number, files: number): string[] {
  const lines: string[] = [];
  const leftAlone = new LeftAlone((line) => void lines.push(line), verbosity);
  for (let i = 0; i < functions; i++) {
    leftAlone.addFunction({ name: `f${i}`, file: "/a.cjs", line: 7 }, "calls eval in sloppy mode");
  }
  for (let i = 0; i < files; i++) leftAlone.addFile("/b.js", "cannot be parsed: why (1:2)");
  leftAlone.end();
  return lines;
}

Deno.test("LeftAlone lists each function with its reason, then the numbers", () => {
  deepEqual(said("list", 1, 1), [
    "left as it is: js::f0:/a.cjs:7: calls eval in sloppy mode",
    "left as it is: /b.js: cannot be parsed: why (1:2)",
    "1 function and 1 file run as they are",
  ]);
});

Deno.test("LeftAlone can print only the numbers, or nothing", () => {
  deepEqual(said("count", 2, 0), ["2 functions run as they are; --verbose says which"]);
  deepEqual(said("count", 0, 1), ["1 file runs as it is; --verbose says which"]);
  for (const verbosity of ["list", "count", "silent"] as const) {
    deepEqual(said(verbosity, 0, 0), []);
  }
  deepEqual(said("silent", 1, 1), []);
});

Deno.test("parseVerbosity() reads the variable as the other switches are read", () => {
  for (const value of [undefined, "", "0"]) equal(parseVerbosity(value), "silent");
  equal(parseVerbosity("count"), "count");
  for (const value of ["1", "yes"]) equal(parseVerbosity(value), "list");
});
