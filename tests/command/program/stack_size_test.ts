import { deepEqual, equal } from "node:assert/strict";

import { readText } from "../../../lib/perf/perf_tool.ts";
import { roomyStackSize } from "../../../lib/command/program/stack_size.ts";

const limits = (soft: string) =>
  `Limit                     Soft Limit           Hard Limit           Units     \n` +
  `Max data size             unlimited            unlimited            bytes     \n` +
  `Max stack size            ${soft.padEnd(20)} unlimited            bytes     \n`;

Deno.test("roomyStackSize() is larger than V8's default if the system's limit allows it", () => {
  equal(roomyStackSize(limits("8388608")), 3000);
  equal(roomyStackSize(limits("unlimited")), 3000);
});

Deno.test("roomyStackSize() is undefined if the system's limit is too small", () => {
  equal(roomyStackSize(limits("4194304")), undefined);
  equal(roomyStackSize(""), undefined);
});

Deno.test("/proc/self/limits has a line for the stack", () => {
  const line = readText("/proc/self/limits")!.split("\n").filter((text) =>
    text.startsWith("Max stack size")
  );
  deepEqual(line.length, 1);
});
