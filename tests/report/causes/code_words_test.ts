import { equal } from "node:assert/strict";

import type { FunctionCode } from "../../../lib/report/causes/cause.ts";
import { historyWords, tierWords } from "../../../lib/report/causes/code_words.ts";

const CODE: FunctionCode = {
  ...{ name: "f", file: "/a.ts", line: 1, self: 100e6 },
  tiers: new Map([["sparkplug", 10e6], ["turbofan", 89.9e6], ["interpreted", 0.1e6]]),
  ...{ compiling: 0, collecting: 0 },
};

Deno.test("tierWords() has the compilers by time, without those that took next to none", () => {
  equal(tierWords(CODE), "TurboFan 89.9 %, Sparkplug 10.0 %");
  equal(tierWords({ ...CODE, tiers: new Map() }), "");
});

Deno.test("historyWords() says how often V8 optimised and deoptimised, and its time on the function's behalf", () => {
  equal(historyWords(CODE, "nanoseconds"), "");
  equal(
    historyWords({ ...CODE, maglev: 1, turbofan: 3, deopts: 2 }, "nanoseconds"),
    "optimised once by Maglev, 3 times by TurboFan, deoptimised 2 times",
  );
  equal(
    historyWords({ ...CODE, maglev: 0, turbofan: 0, deopts: 0, collecting: 30e6 }, "nanoseconds"),
    "never optimised, never deoptimised; V8 spent 30 ms collecting garbage on its behalf",
  );
  equal(
    historyWords({ ...CODE, compiling: 12e6, collecting: 30e6 }, "nanoseconds"),
    "V8 spent 12 ms compiling and 30 ms collecting garbage on its behalf",
  );
  equal(historyWords({ ...CODE, compiling: 0.1e6 }, "nanoseconds"), "");
});
