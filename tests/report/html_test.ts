import { deepEqual, equal, match } from "node:assert/strict";

import { formatHtml, formatHtmlDifference } from "../../lib/report/html.ts";
import type { PageData } from "../../lib/report/page_data.ts";
import { recordingOf, textOf } from "../support/recordings.ts";

const WORDS = { title: "app.ts", facts: ["perf 6.12.95", "2 s"], warnings: ["7 lost"] };

/** Reads the data that the page's script reads. */
function dataOf(page: string): PageData {
  const [, json] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)!;
  return JSON.parse(json!);
}

Deno.test("formatHtml() puts all stacks into the page, frames once", () => {
  const recording = recordingOf([
    ["deno: libc/main js/js::foo:/a.ts:1", 2],
    ["deno: libc/main js/js::foo:/a.ts:1", 1, { isCut: true }],
    ["worker: libc/main deno/", 1],
  ]);
  deepEqual(dataOf(textOf(formatHtml(recording, WORDS))), {
    ...WORDS,
    unit: "nanoseconds",
    frames: [
      { name: "main", kind: "native", module: "/usr/lib/libc.so.6" },
      { name: "foo", kind: "typescript", file: "/a.ts", line: 1 },
      { name: "", kind: "runtime", module: "/usr/bin/deno" },
    ],
    threads: ["deno", "worker"],
    stacks: [[0, [0, 1], 3, 3000], [1, [0, 2], 1, 1000]],
  });
});

Deno.test("formatHtml() loads nothing, and forbids it", () => {
  const page = textOf(formatHtml(recordingOf([["deno: libc/main", 1]]), WORDS));
  match(page, /<meta http-equiv="Content-Security-Policy"\s+content="default-src 'none';/);
  // Addresses of namespaces and in licences are not loaded, so only these forms are refused.
  equal(/(?:src|href)\s*=\s*["']?(?:https?:)?\/\//i.test(page), false);
  equal(/\bimport\s*\(|\bfetch\s*\(|XMLHttpRequest|WebSocket|sendBeacon/.test(page), false);
  match(page, /d3-flame-graph@\S+, Apache-2\.0\n[^]*Apache License Version 2\.0/);
});

Deno.test("formatHtml() does not take a name for markup", () => {
  const name = "</script><script>alert(1)</script>&<!--";
  const frame = { name, kind: "native", module: "" } as const;
  const stack = { thread: name, frames: [frame], samples: 1, weight: 1, isCut: false };
  const recording = { ...recordingOf([]), stacks: [stack] };
  const page = textOf(formatHtml(recording, { ...WORDS, title: name }));
  const data = dataOf(page);
  equal(data.frames[0]!.name, name);
  equal(data.threads[0], name);
  equal(data.title, name);
  match(page, /<title>&lt;\/script>&lt;script>alert\(1\)&lt;\/script>&amp;&lt;!--<\/title>/);
  // The data, and the page's own.
  equal(page.match(/<script/g)!.length, 2);
});

Deno.test("formatHtmlDifference() has the counts of both recordings side by side", () => {
  const before = recordingOf([["t: libc/a", 1], ["t: libc/b", 2]]);
  const after = recordingOf([["t: libc/b", 3], ["t: libc/c", 4]]);
  const names = { before: "a.data", after: "b.data" };
  const data = dataOf(textOf(formatHtmlDifference({ before, after, names }, WORDS)));
  deepEqual(data.compared, names);
  const named = data.stacks.map(([, ids, ...counts]) => [data.frames[ids[0]!]!.name, ...counts]);
  deepEqual(named, [["b", 3, 3000, 2, 2000], ["c", 4, 4000], ["a", 0, 0, 1, 1000]]);
});
