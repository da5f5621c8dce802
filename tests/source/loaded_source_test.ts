import { deepEqual, equal } from "node:assert/strict";

import {
  type LoadContext,
  type LoadResult,
  readLoadedSource,
} from "../../lib/source/loaded_source.ts";

/** Reads a load with a stripper that takes out `: number`. */
function read(url: string, loaded: LoadResult, context: LoadContext = {}) {
  return readLoadedSource(
    url,
    context,
    loaded,
    (text) => text.includes("enum") ? undefined : text.replace(": number", ""),
  );
}

Deno.test("readLoadedSource() takes text and bytes of both kinds of JavaScript", () => {
  const source = new TextEncoder().encode("f('ü')");
  deepEqual(read("file:///a.cjs", { format: "commonjs", source }), {
    text: "f('ü')",
    kind: "commonjs",
  });
  deepEqual(read("file:///a.mjs", { format: "module", source: "f()" }), {
    text: "f()",
    kind: "module",
  });
});

Deno.test("readLoadedSource() takes the byte-order mark from ECMAScript modules only", () => {
  for (const format of ["module", "commonjs"]) {
    const text = format === "module" ? "f()" : "\ufefff()";
    equal(read("file:///a.js", { format, source: "\ufefff()" })?.text, text);
  }
});

Deno.test("readLoadedSource() goes by how a module is asked for where the format lacks", () => {
  const loaded = { format: undefined, source: "f()" };
  equal(read("file:///a.js", loaded, { conditions: ["import"] })?.kind, "module");
  equal(read("file:///a.js", loaded, { conditions: ["require", "node"] })?.kind, "commonjs");
});

Deno.test("readLoadedSource() compiles Node's TypeScript to JavaScript, and says so", () => {
  const source = "let a: number = f()";
  const text = "let a = f()";
  deepEqual(read("file:///a.mts", { format: "module-typescript", source }), {
    text,
    kind: "module",
    format: "module",
  });
  deepEqual(read("file:///a.cts", { format: "commonjs-typescript", source }), {
    text,
    kind: "commonjs",
    format: "commonjs",
  });
});

Deno.test("readLoadedSource() decides by the text if Node leaves the format open", () => {
  const kindOf = (source: string) =>
    read("file:///a.ts", { format: "typescript", source: new TextEncoder().encode(source) })?.kind;
  equal(kindOf("import a from 'a'"), "module");
  equal(kindOf("f()\nexport { f }"), "module");
  equal(kindOf("import('a'); import.meta; exports.a = 1"), "commonjs");
  equal(kindOf("const important = require('exports')"), "commonjs");
});

Deno.test("readLoadedSource() leaves other formats alone", () => {
  const source = "x";
  for (const format of ["json", "wasm", "builtin", "addon"]) {
    equal(read("file:///a", { format, source }), undefined);
  }
  equal(read("file:///a.json", { source }), undefined);
  equal(
    read("file:///a", { format: "module", source }, { importAttributes: { type: "text" } }),
    undefined,
  );
  equal(read("file:///a.js", { format: "commonjs", source: null }), undefined);
  equal(read("file:///a.ts", { format: "module-typescript", source: "enum A {}" }), undefined);
});
