import { deepEqual, equal } from "node:assert/strict";

import { spanPieces } from "../../../lib/recording/span_time/span_time.ts";
import type { Span } from "../../../lib/recording/recorded_spans.ts";
import { type Wait, WaitKind } from "../../../lib/recording/waits/wait.ts";

const SPAN: Span = { name: "GET /a", parent: undefined, start: 100, end: 200, running: 0 };

function wait(start: number, settled: number | undefined, end: number | undefined, line = 1) {
  const stack: Wait["stack"] = [["f", "/a.ts", line, 1]];
  const kind: Wait["kind"] = WaitKind.LEAF;
  return { wait: { stack, start, settled, end, count: 1, kind, span: 1 } as Wait, span: 0 };
}

function sums(...parts: Parameters<typeof spanPieces>[2][]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const events of parts) {
    for (const { state, wait, weight } of spanPieces(0, SPAN, events)) {
      const key = `${state}${wait === undefined ? "" : ` ${wait.stack[0]![2]}`}`;
      all[key] = (all[key] ?? 0) + weight;
    }
  }
  return all;
}

Deno.test("spanPieces() divides a span into running, waiting, ready and what is unexplained", () => {
  const all = sums({
    runs: [{ start: 90, end: 110, span: 0 }, { start: 180, end: 195, span: 0 }],
    waits: [wait(105, 150, 181)],
  });
  deepEqual(all, { running: 25, "waiting 1": 40, "ready 1": 30, unexplained: 5 });
  equal(Object.values(all).reduce((sum, one) => sum + one, 0), 100);
});

Deno.test("spanPieces() has awaits at the same time share it", () => {
  const runs = [{ start: 100, end: 110, span: 0 }, { start: 190, end: 200, span: 0 }];
  const waits = [wait(110, 150, 150, 1), wait(110, 190, 190, 2)];
  deepEqual(sums({ runs, waits }), { running: 20, "waiting 1": 20, "waiting 2": 60 });
});

Deno.test("spanPieces() explains a wait for others by their own awaits", () => {
  const others = wait(110, 200, 200, 9);
  others.wait.kind = WaitKind.OTHERS;
  const runs = [{ start: 100, end: 110, span: 0 }];
  const all = sums({ runs, waits: [others, wait(120, 150, 150, 1)] });
  deepEqual(all, { running: 10, "waiting 9": 60, "waiting 1": 30 });
});

Deno.test("spanPieces() takes an await that has not ended as waiting, and none after the span", () => {
  deepEqual(sums({ runs: [], waits: [wait(150, undefined, undefined), wait(250, 260, 270)] }), {
    unexplained: 50,
    "waiting 1": 50,
  });
  // An await whose promise was settled before it began could go on at once.
  deepEqual(sums({ runs: [], waits: [wait(150, undefined, 160)] }), {
    unexplained: 90,
    "ready 1": 10,
  });
});

Deno.test("spanPieces() explains an await by those of the functions that it called", () => {
  const outer = wait(110, 130, 200, 2);
  const inner = wait(112, 150, 160, 3);
  inner.wait.stack = [["f", "/a.ts", 2, 1], ["g", "/a.ts", 3, 1]];
  const runs = [{ start: 100, end: 110, span: 0 }];
  // The outer one could go on only when the inner one had.
  deepEqual(sums({ runs, waits: [outer, inner] }), {
    running: 10,
    "waiting 2": 40,
    "ready 2": 50,
  });
  const other = wait(112, 150, 160, 3);
  other.wait.stack = [["h", "/a.ts", 7, 1], ["g", "/a.ts", 3, 1]];
  deepEqual(sums({ runs, waits: [outer, other] }), {
    running: 10,
    "waiting 2": 11,
    "waiting 7": 9,
    "ready 2": 65,
    "ready 7": 5,
  });
});
