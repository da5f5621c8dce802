import { deepEqual, equal } from "node:assert/strict";

import { heapRecording } from "../../../lib/recording/heap/heap_recording.ts";
import { formatReport } from "../../../lib/report/format.ts";
import { heapFile } from "../../support/heap_files.ts";
import { textOf } from "../../support/recordings.ts";

const FILE = heapFile({
  functions: ["outer", "inner"],
  calls: [[-1, 0, 1000], [0, 1, 2000]],
});

interface Node {
  callFrame: { functionName: string; url: string; lineNumber: number };
  selfSize: number;
  id: number;
  children: Node[];
}

function profileOf(...threads: string[]): { head: Node; samples: { nodeId: number }[] } {
  const files = threads.map((thread) => ({ ...FILE, thread }));
  const recording = heapRecording([files[0]!, ...files.slice(1)], { command: [] });
  return JSON.parse(textOf(formatReport(recording, "heapprofile")));
}

Deno.test("formatHeapProfile() has the tree of calls with each one's own bytes", () => {
  const { head, samples } = profileOf("main");
  const lines: string[] = [];
  const ids = new Set<number>();
  const visit = (
    { callFrame: { functionName, url, lineNumber }, selfSize, id, children }: Node,
  ) => {
    lines.push(`${functionName} ${url}:${lineNumber} ${selfSize}`);
    ids.add(id);
    children.forEach(visit);
  };
  visit(head);
  deepEqual(lines, [
    "(root) :-1 0",
    "outer file:///app.js:0 1000",
    "inner file:///app.js:1 2000",
  ]);
  equal(ids.size, 3);
  deepEqual(samples.map(({ nodeId }) => ids.has(nodeId)), [true, true]);
});

Deno.test("formatHeapProfile() has several threads as the outermost nodes", () => {
  const { head } = profileOf("main", "worker 1");
  deepEqual(head.children.map(({ callFrame }) => callFrame.functionName), ["main", "worker 1"]);
});
