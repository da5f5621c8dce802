import { deepEqual, throws } from "node:assert/strict";

import { decodeHeapFile, encodeHeapFile } from "../../../lib/recording/heap/heap_file.ts";
import { heapFile } from "../../support/heap_files.ts";

const FILE = heapFile({ functions: ["outer", "inner"], calls: [[-1, 0, 100], [0, 1, 200]] });

Deno.test("decodeHeapFile() reads what encodeHeapFile() writes", () => {
  deepEqual(decodeHeapFile(encodeHeapFile(FILE)), FILE);
});

Deno.test("decodeHeapFile() refuses other texts, and trees that are damaged", () => {
  throws(() => decodeHeapFile("{}"), SyntaxError);
  throws(() => decodeHeapFile("no JSON"), SyntaxError);
  for (const nodes of [[0, 0, 1, 1, 1], [-1, 9, 1, 1, 1], ["x", 0, 1, 1, 1]]) {
    const text = encodeHeapFile({ ...FILE, nodes: [] }).replace(
      '"nodes":[]',
      `"nodes":${JSON.stringify(nodes)}`,
    );
    throws(() => decodeHeapFile(text), /its tree of calls is damaged/);
  }
});
