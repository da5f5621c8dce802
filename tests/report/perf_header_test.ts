import { deepEqual, equal } from "node:assert/strict";

import { readPerfHeader } from "../../lib/report/perf_header.ts";

const callGraphOf = (cmdline: string) => readPerfHeader([`# cmdline : ${cmdline}`]).callGraph;

Deno.test("readPerfHeader() finds how callers were found", () => {
  deepEqual(callGraphOf("/usr/bin/perf record -g -o a -- b"), { method: "fp" });
  deepEqual(callGraphOf("perf record -Fg -- b"), undefined);
  deepEqual(callGraphOf("perf record -ag -- b"), { method: "fp" });
  deepEqual(callGraphOf("perf record --call-graph=dwarf,16384 -- b -g"), {
    method: "dwarf",
    size: 16384,
  });
  equal(callGraphOf("perf record --call-graph lbr -- b"), undefined);
  equal(callGraphOf("perf record -- b -g"), undefined);
});

Deno.test("readPerfHeader() says nothing that it does not know", () => {
  deepEqual(readPerfHeader([]), {
    samplerVersion: "perf",
    command: [],
    frequency: undefined,
    callGraph: undefined,
    start: undefined,
    duration: 0,
  });
});
