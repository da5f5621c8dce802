import { deepEqual, equal, ok } from "node:assert/strict";

import { formatMarkdown } from "../../../lib/report/formats/markdown.ts";
import { spansMarkdown } from "../../../lib/report/formats/spans_markdown.ts";
import { spanRecording } from "../../support/span_recording.ts";

Deno.test("spansMarkdown() lists spans by name, with their number and times", () => {
  const recording = spanRecording();
  const lines = spansMarkdown(recording, 10);
  equal(lines[2], "| Share | In them | Count | Median | 95 % | Longest | Name |");
  ok(lines.includes("| 50.0 % | 4.0 ms | 2 | 5.0 ms | 30.0 ms | 30.0 ms | `GET /a` |"), `${lines}`);
  ok(formatMarkdown(recording, { title: "a", facts: [] }).includes("\n## Spans\n"));
});

Deno.test("spansMarkdown() says how many it leaves out, and nothing where there are none", () => {
  const recording = spanRecording();
  ok(spansMarkdown(recording, 1).includes("- Left out: 3 more names of spans."));
  const none = { ...recording, spans: undefined };
  deepEqual(spansMarkdown(none, 10), []);
  ok(!formatMarkdown(none, { title: "a", facts: [] }).includes("## Spans"));
});
