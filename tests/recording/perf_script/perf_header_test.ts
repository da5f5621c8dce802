import { deepEqual, equal } from "node:assert/strict";

import { readPerfHeader } from "../../../lib/recording/perf_script/perf_header.ts";

const callGraphOf = (event: string, cmdline = "perf record -g -- b") =>
  readPerfHeader([`# cmdline : ${cmdline}`, `# event : name = cycles, ${event}`]).callGraph;

Deno.test("readPerfHeader() finds the method of call graphs", () => {
  const chain = "sample_type = IP|TID|TIME|CALLCHAIN|PERIOD, inherit = 1";
  const copied = `${chain}, sample_regs_user = 0xff0fff, sample_stack_user = 16384`;
  deepEqual(callGraphOf(chain), { method: "fp" });
  deepEqual(callGraphOf(chain, "perf record --call-graph fp -- b"), { method: "fp" });
  deepEqual(callGraphOf(copied), { method: "dwarf", size: 16384 });
  deepEqual(callGraphOf(copied, "perf inject --jit -i a -o b"), { method: "dwarf", size: 16384 });
  equal(callGraphOf(chain, "perf record --call-graph lbr -- b"), undefined);
  equal(callGraphOf("sample_type = IP|TID|TIME|PERIOD", "perf record -- b -g"), undefined);
});

Deno.test("readPerfHeader() leaves out unknown facts", () => {
  deepEqual(readPerfHeader([]), {
    samplerVersion: "perf",
    command: [],
    frequency: undefined,
    callGraph: undefined,
    start: undefined,
    clock: "perf",
    countsLostTwice: false,
    duration: 0,
  });
});

Deno.test("readPerfHeader() knows the monotonic clock", () => {
  const clockOf = (event: string) => readPerfHeader([`# event : name = cycles, ${event}`]).clock;
  equal(clockOf("comm_exec = 1, use_clockid = 1, ksymbol = 1, clockid = 1"), "mono");
  equal(clockOf("comm_exec = 1, use_clockid = 1, ksymbol = 1, clockid = 11"), "perf");
  equal(clockOf("comm_exec = 1, use_clockid = 1, ksymbol = 1"), "perf");
});
