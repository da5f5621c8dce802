import { deepEqual } from "node:assert/strict";

import { HeapFrames } from "../../../lib/recording/heap/heap_frames.ts";
import { Workplace } from "../../support/command_process.ts";

const TEXT = "class Cache {\n  put(key) {}\n}\nconst api = { get: () => 1 };\n";

/** A source map that leads from each line of the text to the line ten below, in `cache.ts`. */
const MAP = {
  version: 3,
  sources: ["cache.ts"],
  names: [],
  mappings: "AAUA;AACA;AACA;AACA",
  sourcesContent: [`${"\n".repeat(10)}class Cache {`],
};

const MAPPED = `${TEXT}//# sourceMappingURL=data:application/json;base64,${
  btoa(JSON.stringify(MAP))
}`;

const PUT = { name: "put", script: 0, line: 1, column: 5 };

function nameOf(frames: HeapFrames, fn: typeof PUT): string {
  const { name, file, line, module } = frames.frameOf(fn);
  return `${name} ${file ?? module}${line === undefined ? "" : `:${line}`}`;
}

Deno.test("frameOf() has qualified names, and the places where functions begin", () => {
  const frames = new HeapFrames([{ url: "file:///cache.js", text: TEXT }]);
  deepEqual(nameOf(frames, PUT), "Cache.put /cache.js:2");
  deepEqual(
    nameOf(frames, { name: "get", script: 0, line: 3, column: 19 }),
    "api.get /cache.js:4",
  );
  deepEqual(nameOf(frames, { name: "", script: 0, line: 0, column: 0 }), "<module> /cache.js");
});

Deno.test("frameOf() has the author's lines where the text or the runtime has a source map", () => {
  const inline = new HeapFrames([{ url: "file:///cache.js", text: MAPPED }]);
  deepEqual(nameOf(inline, PUT), "Cache.put /cache.ts:12");
  const emitted = new HeapFrames([{ url: "file:///cache.js", text: TEXT }], {
    emitted: () => MAPPED,
  });
  deepEqual(nameOf(emitted, PUT), "Cache.put /cache.ts:12");
  deepEqual([...emitted.texts()], [["/cache.ts", MAP.sourcesContent[0]]]);
});

Deno.test("frameOf() reads the texts of scripts that files have", async () => {
  await using place = new Workplace();
  const url = `file://${place.write("cache.js", `\uFEFF${TEXT}`)}`;
  const file = `${place.path}/cache.js`;
  const frames = new HeapFrames([{ url, textIn: "file" }]);
  deepEqual(nameOf(frames, PUT), `Cache.put ${file}:2`);
  deepEqual([...frames.texts()], [[file, TEXT]]);
  Deno.mkdirSync(`${place.path}/gen/file/app`, { recursive: true });
  place.write("gen/file/app/cache.ts.js", `${MAPPED}\n// denoCacheMetadata={}`);
  const emitted = new HeapFrames([{ url: "file:///app/cache.ts", textIn: "emit" }], {
    denoCache: place.path,
    emitted: () => MAPPED,
  });
  deepEqual(nameOf(emitted, PUT), "Cache.put /app/cache.ts:12");
  const gone = new HeapFrames([{ url: "file:///gone.js", textIn: "file" }]);
  deepEqual(nameOf(gone, PUT), "put /gone.js:2");
});

Deno.test("frameOf() has V8's names where there is no text, and for code without a script", () => {
  const frames = new HeapFrames([{ url: "node:fs" }]);
  deepEqual(nameOf(frames, { ...PUT, name: "open" }), "open node:fs:2");
  deepEqual(nameOf(frames, { ...PUT, script: -1, name: "push" }), "push [builtins]");
  deepEqual(nameOf(frames, { ...PUT, script: -1, name: "(V8 API)" }), "(V8 API) [V8]");
});

Deno.test("frameOf() gives no name to this package's own code", () => {
  const frames = new HeapFrames([{ url: "file:///own.js", text: TEXT }], {
    isOwn: (file) => file === "/own.js",
  });
  deepEqual(nameOf(frames, PUT), " [@x/perf]");
});
