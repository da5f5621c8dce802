import { deepEqual, equal, match } from "node:assert/strict";

import { Model } from "../../../bundles/page/model.ts";
import { functionFrame } from "../../../lib/recording/frame.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import { formatHtml, formatHtmlDifference } from "../../../lib/report/page/html.ts";
import { pageDataOf, pageModelOf } from "../../support/page_model.ts";
import { recordingOf, textOf } from "../../support/recordings.ts";

const WORDS = { title: "app.ts", facts: ["perf 6.12.95", "2 s"], warnings: ["7 lost"] };

/** The tree of calls, as `depth name`. */
function callsOf(model: Model): string[] {
  return Array.from({ length: model.depth.length }, (_, node) => {
    const key = model.keyOf(node);
    const { labels, functions } = model.data;
    const name = functions.name[key] ?? labels[key - model.functions] ?? "all";
    return `${model.depth[node]} ${name}`;
  });
}

Deno.test("formatHtml() puts all stacks into the page, frames once", () => {
  const recording = recordingOf([
    ["deno: libc/main js/js::foo:/a.ts:1", 2],
    ["deno: libc/main js/js::foo:/a.ts:1", 1, { isCut: true }],
    ["worker: libc/main deno/", 1],
  ]);
  const model = pageModelOf(recording);
  deepEqual(callsOf(model), [
    ...["0 all", "1 deno", "2 main", "3 foo"],
    ...["2 cut off: the outermost callers are missing", "3 main", "4 foo"],
    ...["1 worker", "2 main", "3 "],
  ]);
  deepEqual([...model.cells.node], [3, 6, 9]);
  deepEqual([...model.cells.weight], [2000, 1000, 1000]);
  deepEqual([...model.cells.samples], [2, 1, 1]);
  deepEqual(model.data.functions.name, ["main", "foo", ""]);
  deepEqual([...model.fnFile], [0, 1, 0]);
  deepEqual([...model.fnLine], [0, 1, 0]);
  deepEqual([...model.end], [10, 7, 4, 4, 7, 7, 7, 10, 10, 10]);
  deepEqual([...model.parent], [0, 0, 1, 2, 1, 4, 5, 0, 7, 8]);
});

Deno.test("formatHtml() has the title, facts and warnings", () => {
  const data = pageDataOf(textOf(formatHtml(recordingOf([["deno: libc/main", 1]]), WORDS)));
  deepEqual([data.title, data.facts, data.warnings], ["app.ts", WORDS.facts, ["7 lost"]]);
});

Deno.test("formatHtml() loads nothing, and forbids it", () => {
  const page = textOf(formatHtml(recordingOf([["deno: libc/main", 1]]), WORDS));
  match(page, /<meta http-equiv="Content-Security-Policy"\s+content="default-src 'none';/);
  equal(/(?:src|href)\s*=\s*["']?(?:https?:)?\/\//i.test(page), false);
  equal(/\bimport\s*\(|\bfetch\s*\(|XMLHttpRequest|WebSocket|sendBeacon/.test(page), false);
});

Deno.test("formatHtml() does not take a name for markup", () => {
  const name = "</script><script>alert(1)</script>&<!--";
  const frame = { name, kind: "native", module: "" } as const;
  const stack = { thread: name, frames: [frame], samples: 1, weight: 1, isCut: false };
  const recording = { ...recordingOf([]), stacks: [stack] };
  const page = textOf(formatHtml(recording, { ...WORDS, title: name }));
  const data = pageDataOf(page);
  equal(data.functions.name[0], name);
  equal(data.labels[0], name);
  equal(data.title, name);
  match(page, /<title>&lt;\/script>&lt;script>alert\(1\)&lt;\/script>&amp;&lt;!--<\/title>/);
  // The data, and the page's own.
  equal(page.match(/<script/g)!.length, 2);
});

/** A recording of one function at a line, with its source. */
function recordingAt(
  { begin, line, weight, text }: { begin: number; line: number; weight: number; text: string },
): Recording {
  const position = { line, column: 3 };
  const frame = functionFrame({ name: "f", file: "/a.ts", line: begin }, { position });
  const stack = { thread: "t", frames: [frame], samples: 1, weight, isCut: false };
  return { ...recordingOf([]), stacks: [stack], sources: new Map([["/a.ts", text]]) };
}

Deno.test("formatHtml() embeds sources, unless it is told to leave them out", () => {
  const recording = recordingAt({ begin: 1, line: 2, weight: 1, text: "f() {\n  work();\n}" });
  equal(pageModelOf(recording).textOf(0, 2, 3), "  work();");
  const page = textOf(formatHtml(recording, WORDS, { hasSources: false }));
  equal(page.includes("work();"), false);
  deepEqual(pageDataOf(page).sources, {});
});

Deno.test("formatHtmlDifference() has the counts of both recordings side by side", () => {
  const before = recordingOf([["t: libc/a", 1], ["t: libc/b", 2]]);
  const after = recordingOf([["t: libc/b", 3], ["u: libc/c", 4]]);
  const names = { before: "a.data", after: "b.data" };
  const data = pageDataOf(textOf(formatHtmlDifference({ before, after, names }, WORDS)));
  deepEqual(data.compared, names);
  const model = new Model(data);
  const counted = ({ node, weight }: Model["cells"]) =>
    Array.from(node, (node, cell) => [callsOf(model)[node], weight[cell]]);
  deepEqual(counted(model.cells), [["2 b", 3000], ["2 c", 4000]]);
  deepEqual(counted(model.cellsBefore!), [["2 a", 1000], ["2 b", 2000]]);
});

Deno.test("formatHtmlDifference() matches threads of processes with one command", () => {
  const stack = {
    frames: recordingOf([["t: libc/a", 1]]).stacks[0]!.frames,
    samples: 1,
    weight: 1,
  };
  const recording = (thread: string): Recording => ({
    ...recordingOf([]),
    stacks: [{ ...stack, thread, isCut: false }],
  });
  const [before, after] = [recording('node 12 "vite build"'), recording('node 345 "vite build"')];
  const names = { before: "a", after: "b" };
  const data = pageDataOf(textOf(formatHtmlDifference({ before, after, names }, WORDS)));
  deepEqual([data.labels, data.threads], [['node "vite build"'], [{ name: 'node "vite build"' }]]);
});

Deno.test("formatHtmlDifference() matches functions and lines below an inserted line", () => {
  const text = "f() {\n  work();\n}";
  const before = recordingAt({ begin: 1, line: 2, weight: 5, text });
  const after = recordingAt({ begin: 2, line: 3, weight: 3, text: `// inserted\n${text}` });
  const names = { before: "a", after: "b" };
  const model = new Model(
    pageDataOf(textOf(formatHtmlDifference({ before, after, names }, WORDS))),
  );
  equal(model.functions, 1);
  deepEqual([...model.spotLine], [3]);
  deepEqual([...model.cells.node], [...model.cellsBefore!.node]);
});
