import { deepEqual, equal, ok } from "node:assert/strict";

import { readSpanLog } from "../../../lib/recording/spans/span_log.ts";
import { spanTimeRecording } from "../../../lib/recording/span_time/span_time_recording.ts";
import { readWaitLog } from "../../../lib/recording/waits/wait_log.ts";
import { spanTimeRows } from "../../../lib/report/figures/span_time_rows.ts";
import { recordingTotal } from "../../../lib/recording/recording.ts";
import { formatReport } from "../../../lib/report/format.ts";
import { formatMarkdown } from "../../../lib/report/formats/markdown.ts";
import { formatText } from "../../../lib/report/text/text.ts";
import { timedRecording } from "../../support/timed_recording.ts";

const entries = (...lines: unknown[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** A request of 100 ms: 10 ms run, 40 ms wait, 30 ms ready, 20 ms run for a query in it. */
const SPANS = entries(
  ["spans", 1, 1, 1, 0],
  ["span", 2, "query", 1, 80e6, 100e6],
  ["span", 1, "GET /a", 0, 0, 100e6],
  ["span", 3, "GET /b", 0, 50e6, 80e6],
  ["runs", 1, 0, 10e6, 3, 50e6, 80e6, 2, 80e6, 100e6],
);

const WAITS = entries(
  ["waits", 2, 1, 1, 0],
  ["followed", 1, 1],
  ["stack", 0, ["a", "/app.ts", 5, 1]],
  ["waits", 0, 10e6, 50e6, 50e6, 80e6, 1, 0, 1],
);

function recording(waits = WAITS) {
  const ms = (stack: string, from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({ stack, time: from + i + 0.5 }));
  const running = timedRecording([
    ...ms("a@/app.ts:4:1", 0, 10),
    ...ms("b@/app.ts:9:9", 50, 80),
    ...ms("a@/app.ts:4:1 hot@/app.ts:20:1", 80, 100),
  ]);
  return spanTimeRecording({
    running,
    spans: readSpanLog(SPANS),
    waits: readWaitLog(waits),
  });
}

Deno.test("spanTimeRecording() adds up to the time of the spans that were followed", () => {
  const made = recording();
  equal(Math.round(recordingTotal(made).weight / 1e6), 100);
  equal(made.event, "span-time");
  deepEqual([...new Set(made.stacks.map(({ thread }) => thread))], ["GET /a"]);
  const stacks = made.stacks.map(({ frames, weight }) =>
    [frames.map(({ name }) => name).join(" "), Math.round(weight / 1e6)] as const
  );
  deepEqual(
    new Map(stacks),
    new Map([
      ["(running) a", 10],
      ["(waiting) a", 40],
      ["(ready, the thread is busy) a b", 30],
      ["(running) (query) a hot", 20],
    ]),
  );
});

Deno.test("spanTimeRows() has the parts of a span with what they were", () => {
  const [row, ...more] = spanTimeRows(recording());
  deepEqual(more, []);
  deepEqual([row!.name, row!.count, row!.time], ["GET /a", 1, 100e6]);
  const parts = row!.parts.map(({ state, time, details }) => [
    state,
    Math.round(time / 1e6),
    details.map(({ frame, time }) => `${frame.name} ${Math.round(time / 1e6)}`).join(),
  ]);
  deepEqual(parts, [["running", 30, "hot 20,a 10"], ["waiting", 40, "a 40"], [
    "ready",
    30,
    "b 30",
  ]]);
});

Deno.test("spanTimeRecording() has nothing where no span was followed", () => {
  const none = recording(WAITS.replace(/\["followed".*\n/, ""));
  deepEqual(none.stacks, []);
  ok(spanTimeRows(none).length === 0);
});

Deno.test("formatText() and formatMarkdown() have the time of spans", () => {
  const text = [...formatText(recording())].join("");
  ok(/\nGET \/a: 1 span of 100 ms each\n +30 ms +30.0 % {2}running\n/.test(text), text);
  ok(/ 40 ms +40.0 % {2}waiting for\n +40 ms +40.0 % {4}a {2}\/app.ts:5\n/.test(text), text);
  ok(/ready, while the thread was busy with\n.* b {2}\/app.ts:9\n/.test(text), text);
  ok(/together 100 ms, 0.0 % of the measured time is unexplained\n/.test(text), text);
  const markdown = formatMarkdown(recording(), { title: "app.ts", facts: [] });
  ok(/\n### GET \/a: 1 span of 100 ms each\n/.test(markdown), markdown);
  ok(
    /\n\| 40.0 % \| 40 ms \| waiting for \|\n\| 40.0 % \| 40 ms \| `a {2}\/app.ts:5` \|/.test(
      markdown,
    ),
  );
  ok(/\n- The parts are together 100 ms, 0.0 % /.test(markdown), markdown);
  // Other recordings have no such section.
  ok(!formatMarkdown(timedRecording([]), { title: "", facts: [] }).includes("Time of spans"));
});

Deno.test("formatReport() has running, waiting and ready of a name of spans in one page", () => {
  const page = [...formatReport(recording(), "html") as Iterable<string>].join("");
  const data = JSON.parse(/<script[^>]* id="data">(.*?)<\/script>/s.exec(page)![1]!);
  deepEqual(data.labels, ["GET /a"]);
  const states = ["(running)", "(waiting)", "(ready, the thread is busy)"];
  ok(states.every((state) => data.functions.name.includes(state)), data.functions.name);
  equal(
    data.facts.at(-1),
    "GET /a: 1 span of 100 ms each: running 30 ms, waiting 40 ms, ready 30 ms",
  );
});
