import { deepEqual, equal } from "node:assert/strict";

import { type ClockFile, formatClockFile, parseClockFile } from "../../lib/v8_log/clock_file.ts";

const CLOCK: ClockFile = {
  command: { pid: 12, started: 1_796_033_224_199 },
  isComplete: true,
  processes: [{ pid: 34, executable: "/usr/bin/node", command: ["node", "a b", ""] }, { pid: 35 }],
  logs: {
    "isolate-0x1-34-34.log": { pid: 34, polls: [[1475006911173, 1475006935592, 0], [1, 2, 3]] },
    "isolate-0x2-34-34.log": { pid: 34, polls: [], released: 65536 },
  },
  markers: [{ path: "/tmp/marker-start", before: 1, after: 2 }],
};

Deno.test("parseClockFile() is the inverse of formatClockFile()", () => {
  deepEqual(parseClockFile(formatClockFile(CLOCK)), CLOCK);
});

Deno.test("parseClockFile() refuses other texts, cut texts and other versions", () => {
  const text = formatClockFile(CLOCK);
  for (const other of ["", "[]", "null", text.slice(0, -1), text.replace(":1", ":2")]) {
    equal(parseClockFile(other), undefined);
  }
});

Deno.test("parseClockFile() leaves out invalid parts", () => {
  const damaged = {
    version: 1,
    command: { pid: 1, started: 2 },
    isComplete: "yes",
    processes: [{ pid: "1" }, { pid: 2, command: ["a", 7] }, null],
    logs: {
      a: { pid: 1, polls: [[1, 2], [1, 2, "3"], [1, 2, 3], null] },
      b: { polls: [] },
      c: 7,
    },
    markers: [{ path: 1, before: 2, after: 3 }, "x"],
  };
  deepEqual(parseClockFile(JSON.stringify(damaged)), {
    command: { pid: 1, started: 2 },
    isComplete: false,
    processes: [{ pid: 2, command: ["a"] }],
    logs: { a: { pid: 1, polls: [[1, 2, 3]] } },
    markers: [],
  });
});
