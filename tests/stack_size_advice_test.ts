import { deepEqual, match } from "node:assert/strict";

import type { CallGraph } from "../lib/call_graph.ts";
import { stackSizeAdvice } from "../lib/stack_size_advice.ts";

const dwarf = (size: number): CallGraph => ({ method: "dwarf", size });

Deno.test("stackSizeAdvice() is silent where all is well", () => {
  deepEqual(stackSizeAdvice(dwarf(8192), { javascript: 1000, cut: 20, lost: 0 }), []);
  deepEqual(stackSizeAdvice(dwarf(8192), { javascript: 0, cut: 0, lost: 0 }), []);
  deepEqual(stackSizeAdvice({ method: "fp" }, { javascript: 10, cut: 10, lost: 0 }), []);
});

Deno.test("stackSizeAdvice() names the next size where stacks are cut off, up to perf's most", () => {
  const advice = (size: number) =>
    stackSizeAdvice(dwarf(size), { javascript: 100, cut: 60, lost: 0 }).join();
  match(advice(8192), /^60 % .* 8192 bytes, next try --call-graph dwarf,16384$/);
  match(advice(40000), /next try --call-graph dwarf,65528$/);
  match(advice(65528), /65528 bytes, the most that perf copies$/);
});

Deno.test("stackSizeAdvice() says when samples were lost", () => {
  const counts = { javascript: 100, cut: 0, lost: 7 };
  match(stackSizeAdvice(dwarf(65528), counts).join(), /^7 samples were lost: .*smaller SIZE/);
  match(stackSizeAdvice({ method: "fp" }, counts).join(), /^7 samples were lost, a lower -F/);
});
