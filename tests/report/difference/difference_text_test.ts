import { equal, match, ok } from "node:assert/strict";

import type { Change, Difference } from "../../../lib/report/difference/difference.ts";
import { differenceText } from "../../../lib/report/difference/difference_text.ts";

const change = (before: number, after: number): Change => ({
  before: before * 1e6,
  after: after * 1e6,
});

function difference(parts: Partial<Difference> = {}): Difference {
  const total = change(1000, 600);
  return { total, program: total, functions: [], lines: [], sample: change(1, 1), ...parts };
}

function textOf(parts: Partial<Difference> = {}, byShares = false): string {
  return [...differenceText(difference(parts), {
    names: { before: "a.data", after: "b.data" },
    unit: "nanoseconds",
    byShares,
    directory: "/app",
  })].join("");
}

Deno.test("differenceText() begins with the difference of all time", () => {
  match(
    textOf(),
    /^40 % less time: 1000 ms before, 600 ms after\nthe program's functions: 40 % less/,
  );
  match(textOf({ total: change(600, 1000) }), /^67 % more time: /);
  match(textOf({ total: change(1000, 1001) }), /^as much time: /);
  match(textOf({ total: change(0, 5) }), /^0(\.0)? ms before, 5(\.0)? ms after\n/);
});

Deno.test("differenceText() lists functions by the time that they lost and gained", () => {
  const of = (name: string, before: number, after: number) => ({
    name,
    file: "/app/a.ts",
    line: 1,
    kind: "typescript" as const,
    self: change(before, after),
    total: change(before, after),
  });
  const text = textOf({
    functions: [of("lost", 500, 50), of("gained", 50, 150), of("equal", 300, 301)],
  });
  ok(
    text.indexOf("lost  a.ts:1") > 0 && text.indexOf("lost") < text.indexOf("gained  a.ts:1"),
    text,
  );
  // One sample more or less is chance.
  equal(text.includes("equal"), false);
  match(text, /-450|−450/);
});

Deno.test("differenceText() by shares needs time in both recordings", () => {
  const text = textOf({ total: change(0, 5) }, true);
  equal(text.split("\n").filter(Boolean).length, 3);
});
