import { deepEqual } from "node:assert/strict";

import { readText } from "../../lib/command/perf_tool.ts";
import { stackSizeFlags } from "../../lib/command/stack_size.ts";

const limits = (soft: string) =>
  `Limit                     Soft Limit           Hard Limit           Units     \n` +
  `Max data size             unlimited            unlimited            bytes     \n` +
  `Max stack size            ${soft.padEnd(20)} unlimited            bytes     \n`;

Deno.test("stackSizeFlags() asks for more where the system has enough", () => {
  const flag = ["--v8-flags=--stack-size=3000"];
  deepEqual(stackSizeFlags(limits("8388608"), ["-A"]), flag);
  deepEqual(stackSizeFlags(limits("unlimited"), []), flag);
});

Deno.test("stackSizeFlags() asks for nothing where it could hurt", () => {
  deepEqual(stackSizeFlags(limits("4194304"), []), []);
  deepEqual(stackSizeFlags("", []), []);
  deepEqual(stackSizeFlags(limits("8388608"), ["--v8-flags=--stack-size=500"]), []);
});

Deno.test("readText() of the limits has a line for the stack", () => {
  const line = readText("/proc/self/limits")!.split("\n").filter((text) =>
    text.startsWith("Max stack size")
  );
  deepEqual(line.length, 1);
});
