import { deepEqual, equal } from "node:assert/strict";

import { Dictionary } from "../../../lib/push/otlp/dictionary.ts";
import { activityFrame, codeFrame, frameAt, functionFrame } from "../../../lib/recording/frame.ts";

Deno.test("stack() has each stack, location, function and mapping once", () => {
  const dictionary = new Dictionary();
  const main = frameAt({ symbol: "main", module: "/usr/bin/node" });
  const foo = (line: number) =>
    functionFrame({ name: "foo", file: "/a.js", line: 1 }, { position: { line, column: 2 } });
  equal(dictionary.stack([main, foo(3)]), 1);
  equal(dictionary.stack([main, foo(4)]), 2);
  equal(dictionary.stack([main, foo(3)]), 1);
  equal(dictionary.stack([]), 0);
  const { stackTable, locationTable, functionTable, mappingTable } = dictionary.tables;
  deepEqual(
    [stackTable.length, locationTable.length, functionTable.length, mappingTable.length],
    [3, 4, 3, 2],
  );
  // The innermost comes first.
  deepEqual(stackTable[1]!.locationIndices, [2, 1]);
  deepEqual(locationTable[2]!.lines, [{ functionIndex: 2, line: 3, column: 2 }]);
});

Deno.test("stack() gives each frame its type, and only native code a mapping", () => {
  const dictionary = new Dictionary();
  const frames = [
    frameAt({ symbol: "read", module: "[kernel.kallsyms]", isKernel: true }),
    frameAt({ symbol: "", module: "/usr/bin/deno" }),
    codeFrame("builtin", "ArrayMap"),
    activityFrame("garbage collection"),
    functionFrame({ name: "run", file: "node:internal/x" }),
  ];
  dictionary.stack(frames);
  const { locationTable, attributeTable, functionTable, stringTable, mappingTable } =
    dictionary.tables;
  deepEqual(
    locationTable.slice(1).reverse().map(({ attributeIndices, lines, mappingIndex }) => {
      const { value } = attributeTable[attributeIndices![0]!]!;
      const { filenameStrindex = 0 } = mappingTable[mappingIndex!]!;
      return [
        stringTable[functionTable[lines![0]!.functionIndex]!.nameStrindex!],
        (value as { stringValue: string }).stringValue,
        stringTable[filenameStrindex],
      ];
    }).reverse(),
    [
      ["read", "kernel", "[kernel.kallsyms]"],
      ["[deno]", "native", "/usr/bin/deno"],
      ["ArrayMap", "native", "[builtins]"],
      ["(garbage collection)", "native", "[runtime]"],
      ["run", "v8js", ""],
    ],
  );
});

Deno.test("attribute() tells texts and numbers apart", () => {
  const dictionary = new Dictionary();
  equal(dictionary.attribute("a", "1"), 1);
  equal(dictionary.attribute("a", 1), 2);
  equal(dictionary.attribute("a", "1"), 1);
});
