import { deepEqual, equal, ok } from "node:assert/strict";

import { functionFrame } from "../../../lib/recording/frame.ts";
import { pageSources } from "../../../lib/report/page/page_sources.ts";
import { recordingOf } from "../../support/recordings.ts";

/** Sources of a recording in which a function of `/a.ts` ran at some places. */
function sourcesAt(places: readonly { line: number; column: number }[], text: string) {
  const frames = places.map((position) =>
    functionFrame({ name: "f", file: "/a.ts", line: 1 }, { position })
  );
  const stack = { thread: "t", frames, samples: 1, weight: 1, isCut: false };
  const sources = new Map([["/a.ts", text], ["/unseen.ts", "unseen"]]);
  return pageSources({ ...recordingOf([]), stacks: [stack], sources }, () => 0);
}

Deno.test("pageSources() has files that samples ran in, whole", () => {
  const sources = sourcesAt([{ line: 2, column: 1 }], "one\r\ntwo\nthree");
  const excerpts = [{ line: 1, text: "one\ntwo\nthree" }];
  deepEqual(sources, { 0: { excerpts } });
  deepEqual(pageSources(recordingOf([["t: js/js::f:/a.ts:1", 1]]), () => 0), {});
});

Deno.test("pageSources() has of a large file the lines around those that ran", () => {
  const text = Array.from({ length: 20_000 }, (_, i) => `line ${i + 1}`).join("\n");
  const { 0: source } = sourcesAt([500, 510, 19_999].map((line) => ({ line, column: 1 })), text);
  const ranges = source!.excerpts.map(({ line, text }) => [line, text.split("\n").length]);
  // The function begins on line 1.
  deepEqual(ranges, [[1, 13], [488, 35], [19_987, 14]]);
  equal(source!.excerpts[1]!.text.split("\n")[12], "line 500");
});

Deno.test("pageSources() has of a long line the columns that ran", () => {
  const line = Array.from({ length: 100_000 }, (_, i) => String(i % 10)).join("");
  const { 0: source } = sourcesAt([{ line: 1, column: 50_000 }, { line: 1, column: 50_100 }], line);
  deepEqual(source!.excerpts, [{ line: 1, text: "" }]);
  const [piece, ...more] = source!.pieces!;
  equal(more.length, 0);
  ok(piece!.column < 50_000 && piece!.column + piece!.text.length > 50_100);
  ok(piece!.text.length < 1000);
  equal(piece!.text, line.slice(piece!.column - 1, piece!.column - 1 + piece!.text.length));
});
