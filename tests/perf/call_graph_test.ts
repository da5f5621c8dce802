import { deepEqual, throws } from "node:assert/strict";

import { type CallGraph, formatCallGraph, parseCallGraph } from "../../lib/perf/call_graph.ts";

Deno.test("parseCallGraph() reads both methods", () => {
  deepEqual(parseCallGraph("fp"), { method: "fp" });
  deepEqual(parseCallGraph("dwarf"), { method: "dwarf", size: 8192 });
});

Deno.test("parseCallGraph() rounds the size up to a multiple of 8", () => {
  for (
    const [text, size] of [
      ["1", 8],
      ["8", 8],
      ["9", 16],
      ["0008", 8],
      ["16381", 16384],
      ["65521", 65528],
      ["65528", 65528],
    ] as const
  ) {
    deepEqual(parseCallGraph(`dwarf,${text}`), { method: "dwarf", size });
  }
});

Deno.test("parseCallGraph() refuses other sizes and names the limits", () => {
  for (
    const text of [
      "0",
      "65529",
      "99999999999999999999",
      "-8",
      "+8",
      "8.5",
      "0x10",
      "1e3",
      "8k",
      " 8",
      "8\n",
      "8,8",
      "",
    ]
  ) {
    throws(() => parseCallGraph(`dwarf,${text}`), {
      name: "RangeError",
      message: `Cannot use call graph size "${text}": ` +
        "must be a whole number of bytes from 1 to 65528",
    });
  }
});

Deno.test("parseCallGraph() refuses other methods", () => {
  for (const text of ["", "lbr", "FP", "fp,8192", " fp", "dwarf 8192", "dwarf8192", "no"]) {
    throws(() => parseCallGraph(text), {
      name: "RangeError",
      message: `Cannot use call graph "${text}": must be "fp" or "dwarf[,SIZE]"`,
    });
  }
});

Deno.test("formatCallGraph() is the inverse of parseCallGraph()", () => {
  const callGraphs: CallGraph[] = [{ method: "fp" }, { method: "dwarf", size: 16384 }];
  for (const callGraph of callGraphs) {
    deepEqual(parseCallGraph(formatCallGraph(callGraph)), callGraph);
  }
});
