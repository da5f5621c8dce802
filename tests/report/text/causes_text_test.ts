import { deepEqual, equal } from "node:assert/strict";

import type { Cause, Causes } from "../../../lib/report/causes/cause.ts";
import { columnsOf } from "../../../lib/report/text/terminal.ts";
import { causesText } from "../../../lib/report/text/causes_text.ts";

const FN = { name: "hot", file: "/app/a.ts", line: 1 };

function cause(line: number | undefined, weight: number): Cause {
  return {
    kind: "deoptimisation",
    fn: FN,
    line,
    weight,
    share: weight / 100e6,
    fact: "deoptimised 40 times: wrong map",
    advice: "Do something.",
  };
}

function linesOf(causes: Partial<Causes>, sources = new Map<string, string>()): string[] {
  const all = { causes: [], functions: [], program: 100e6, ...causes };
  return [...causesText({ unit: "nanoseconds", sources }, all, {
    directory: "/app",
    terminal: { width: 200, hasColor: false },
  })]
    .join("").split("\n").map((line) => line.trim()).filter(Boolean);
}

Deno.test("causesText() says nothing where nothing is known", () => {
  deepEqual(linesOf({}), []);
});

Deno.test("causesText() has a line's amount, share, place and text, then the fact and the advice", () => {
  const sources = new Map([[FN.file, "function hot() {\u2028  work(\u001b[31m);\n}"]]);
  const [title, row, fact, advice] = linesOf({ causes: [cause(2, 5.5e6)] }, sources);
  equal(title, "Why these lines take their time, by V8's log and the samples");
  equal(row, "5.5 ms    5.5 %  hot  a.ts:2  work(\ufffd[31m);");
  equal(fact, "deoptimised 40 times: wrong map");
  equal(advice, "Do something.");
  equal(linesOf({ causes: [cause(undefined, 5e6)] })[1], "5.0 ms    5.0 %  hot  a.ts:1");
});

Deno.test("causesText() shows eight causes, and says how many there are more", () => {
  const causes = Array.from({ length: 11 }, (_, i) => cause(i + 1, 1e6));
  const lines = linesOf({ causes });
  equal(lines.filter((line) => line === "Do something.").length, 8);
  equal(lines.at(-1), "and 3 more");
});

Deno.test("causesText() has the compilers of functions that take 5 % of the time", () => {
  const tiers = new Map([["turbofan", 30e6], ["sparkplug", 10e6]] as const);
  const work = { compiling: 3e6, collecting: 0 };
  const code = { ...FN, ...work, self: 40e6, tiers, maglev: 0, turbofan: 2, deopts: 1 };
  const small = { ...code, name: "small", self: 1e6 };
  deepEqual(linesOf({ functions: [code, small] }).slice(1), [
    "40 ms   40.0 %  hot  a.ts:1",
    "TurboFan 75.0 %, Sparkplug 25.0 %; optimised 2 times by TurboFan, deoptimised once; " +
    "V8 spent 3.0 ms compiling on its behalf",
  ]);
  const unknown = { ...FN, self: 40e6, tiers, compiling: 0, collecting: 0 };
  equal(linesOf({ functions: [unknown] }).at(-1), "TurboFan 75.0 %, Sparkplug 25.0 %");
});

Deno.test("causesText() keeps to the width, and lets no control character through", () => {
  const fact = `the regular expression /${"\u001b[31m"}${"a+ ".repeat(40)}/ backtracks`;
  const sources = new Map([[FN.file, `${"long(); ".repeat(50)}`]]);
  const all = { causes: [{ ...cause(1, 5e6), fact }], functions: [], program: 100e6 };
  const text = [...causesText({ unit: "nanoseconds", sources }, all, {
    terminal: { width: 60, hasColor: false },
  })].join("");
  equal(text.includes("\u001b"), false);
  const lines = text.split("\n").slice(2);
  equal(lines.length > 4, true);
  for (const line of lines) equal(columnsOf(line) <= 60, true, line);
});
