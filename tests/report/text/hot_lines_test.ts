import { deepEqual } from "node:assert/strict";

import { hotLines, SourceLines } from "../../../lib/report/text/hot_lines.ts";
import { programRecording } from "../../support/program_recording.ts";

const MINIFIED = `${"x".repeat(400)};hot();${"y".repeat(200)}`;

Deno.test("hotLines() has lines by self time, with their text", () => {
  const sources = new Map([["/a.ts", "one\n  two();\r\nthree"]]);
  const { stacks } = programRecording([
    { stack: "m:/a.ts:1@1,1 f:/a.ts:1@2,3", times: 3 },
    { stack: "g:/a.ts:1@2,9", times: 1 },
    { stack: "m:/a.ts:1@1,1", times: 2 },
    { stack: "m:/b.ts:1@7,1", times: 1 },
    { stack: "m:/b.ts:1", times: 9 },
  ]);
  deepEqual(hotLines(stacks, sources, 3), [
    { file: "/a.ts", line: 2, text: "  two();", self: 4e6, functionName: "f" },
    { file: "/a.ts", line: 1, text: "one", self: 2e6, functionName: "m" },
    { file: "/b.ts", line: 7, text: undefined, self: 1e6, functionName: "m" },
  ]);
});

Deno.test("hotLines() tells the places on a line of minified code apart", () => {
  const { stacks } = programRecording([
    { stack: "f:/m.js:1@1,402", times: 3 },
    { stack: "f:/m.js:1@1,500", times: 1 },
  ]);
  const lines = hotLines(stacks, new Map([["/m.js", MINIFIED]]), 10);
  deepEqual(lines.map(({ column, self }) => [column, self]), [[402, 3e6], [500, 1e6]]);
});

Deno.test("SourceLines ends lines as ECMAScript does", () => {
  const lines = new SourceLines(new Map([["/a.ts", "a\r\nb\rc\u2028d\u2029e\nf"]]));
  deepEqual(lines.of("/a.ts"), ["a", "b", "c", "d", "e", "f"]);
  deepEqual(lines.at("/no.ts", 1), undefined);
});
