import type { HeapFile } from "../../lib/recording/heap/heap_file.ts";

/** A call to make: index of the caller's call, of the function, and bytes of its own. */
type Call = [parent: number, fn: number, bytes: number];

/** A thread's memory, in which each object has 100 bytes; functions are in `/app.js`, a line each. */
export function heapFile(
  { functions, calls, text, ...facts }: {
    functions: readonly string[];
    calls: readonly Call[];
    /** The script's text. @default {a line for each function} */
    text?: string;
  } & Partial<Omit<HeapFile, "functions">>,
): HeapFile {
  const lines = functions.map((name) => `function ${name}() {}`);
  return {
    kind: "alloc",
    interval: 1000,
    pid: 1,
    thread: "main",
    runtime: "node 24.0.0",
    v8: "13.6",
    start: 0,
    end: 10,
    memory: { rss: 4e6, heapUsed: 1e6, external: 2e6, arrayBuffers: 1e6 },
    scripts: [{ url: "file:///app.js", text: text ?? lines.join("\n") }],
    functions: functions.map((name, line) => ({
      name,
      script: 0,
      line,
      column: "function ".length + name.length,
    })),
    nodes: calls.map(([parent, fn, bytes]) => ({
      parent,
      fn,
      bytes,
      objects: bytes / 100,
      samples: Math.ceil(bytes / 1000),
    })),
    ...facts,
  };
}
