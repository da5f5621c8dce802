import { deepEqual } from "node:assert/strict";

import { threadLabels } from "../../lib/recording/thread.ts";

const THREADS = [
  { pid: 1, tid: 1, name: "node" },
  { pid: 1, tid: 2, name: "V8 Worker" },
  { pid: 3, tid: 3, name: "node" },
  { pid: 4, tid: 4, name: "sh\n" },
];

Deno.test("threadLabels() are names if one process ran JavaScript", () => {
  deepEqual(threadLabels(THREADS, { scripted: new Set([3]) }), [
    "node",
    "V8 Worker",
    "node",
    "sh ",
  ]);
});

Deno.test("threadLabels() have the process if several ran JavaScript", () => {
  const commands = new Map([
    [1, ["/bin/node", "--enable-source-maps", "/app/node_modules/.bin/vite", "build"]],
    [3, ["deno", "run", "-A", "/a/" + "x".repeat(60)]],
    [4, ["sh", "-c"]],
  ]);
  deepEqual(threadLabels(THREADS, { scripted: new Set([1, 3]), commands }), [
    'node 1 "vite build"',
    'V8 Worker 1 "vite build"',
    `node 3 "${"x".repeat(39)}…"`,
    "sh ",
  ]);
  deepEqual(threadLabels(THREADS, { scripted: new Set([1, 4]) }), [
    "node 1",
    "V8 Worker 1",
    "node",
    "sh  4",
  ]);
});
