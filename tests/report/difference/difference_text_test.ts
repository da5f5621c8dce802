import { equal, match, ok } from "node:assert/strict";

import type { Difference } from "../../../lib/report/difference/difference.ts";
import {
  differenceText,
  type DifferenceTextOptions,
} from "../../../lib/report/difference/difference_text.ts";

const NAMES = { before: "one.data", after: "two.data" };

/** The text of a change of functions, in samples of a millisecond each. */
function textOf(
  functions: readonly [name: string, before: number, after: number][],
  options: Partial<DifferenceTextOptions> = {},
): string {
  const sum = (side: 1 | 2) => functions.reduce((all, row) => all + 1e6 * row[side], 0);
  const total = { before: sum(1), after: sum(2) };
  const difference: Difference = {
    total,
    program: total,
    functions: functions.map(([name, before, after]) => {
      const self = { before: 1e6 * before, after: 1e6 * after };
      return { name, file: "/app/a.ts", line: 1, self, total: self };
    }),
    lines: [],
    sample: { before: 1e6, after: 1e6 },
  };
  return [...differenceText(difference, { names: NAMES, unit: "nanoseconds", ...options })].join(
    "",
  );
}

Deno.test("differenceText() begins with the difference of totals", () => {
  match(textOf([["f", 1000, 610]]), /^39 % less time: 1000 ms before, 610 ms after\n/);
  match(textOf([["f", 500, 1000]]), /^100 % more time: /);
  match(textOf([["f", 1000, 1001]]), /^as much time: /);
  match(textOf([["f", 0, 10]]), /^0 ms before, 10 ms after\n/);
  match(textOf([["f", 500, 1000]], { unit: "events" }), /^100 % more events: 5\.00e\+8 before/);
});

Deno.test("differenceText() leaves out what chance can change", () => {
  // Of 100 samples the standard deviation is 10, and of the difference of two such counts 14.
  ok(!textOf([["f", 100, 125], ["g", 1000, 1000]]).includes("functions with"));
  ok(textOf([["f", 100, 140], ["g", 1000, 1000]]).includes("functions with more self time"));
});

Deno.test("differenceText() compares shares on request", () => {
  const text = textOf([["f", 500, 500], ["g", 500, 1500]], { byShares: true, directory: "/app" });
  match(text, /smaller share of all time\n.*\n {5}-25\.0 % {6}50\.0 % {6}25\.0 % {2}f {2}a\.ts:1/);
  match(text, /larger share of all time\n.*\n {5}\+25\.0 % {6}50\.0 % {6}75\.0 % {2}g/);
  equal(textOf([["f", 0, 5]], { byShares: true }).split("\n").length, 4);
});
