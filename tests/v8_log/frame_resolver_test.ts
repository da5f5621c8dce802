import { deepEqual, equal } from "node:assert/strict";

import { LogClock } from "../../lib/v8_log/log_clock.ts";
import { readLogLines } from "../../lib/v8_log/log_lines.ts";
import { LogParser } from "../../lib/v8_log/log_parser.ts";
import { FrameResolver } from "../../lib/v8_log/frame_resolver.ts";
import { formatInlineMap } from "../../lib/source/source_positions.ts";
import { frameText } from "../support/v8_logs.ts";

const HEAD = "v8-version,15,0,245,2,-rusty,0\n";

/** outer() calls inner(), which V8 inlines. */
const TEXT = "function inner(a) {\n  return a;\n}\nfunction outer(a) {\n  return inner(a);\n}\n";
const INNER = "inner file:///app/a.js:1:15,0xa00";
const OUTER = "outer file:///app/a.js:4:15,0xb00";

function scriptLine(url: string, text: string, id = 7): string {
  return `script-source,${id},${url},${text.replaceAll(",", "\\x2C").replaceAll("\n", "\\n")}\n`;
}

function outerLines(table: string): string {
  return `code-creation,JS,3,100,0x1000,64,${INNER},~\ncode-source-info,0x1000,7,14,33,,,\n` +
    `code-creation,JS,13,200,0x3000,256,${OUTER},o*\ncode-source-info,0x3000,7,48,74,${table}\n`;
}

/** A resolver of a log, and how often it has read of the log. */
function resolverOf(text: string, emitted?: (url: string) => string | undefined) {
  const bytes = new TextEncoder().encode(text);
  const reads: number[] = [];
  const read = (offset: number, length: number) => bytes.slice(offset, offset + length);
  const parser = new LogParser(read, new LogClock([]));
  for (const _ of readLogLines(read, 0, parser.take));
  const counted = (offset: number, length: number) => {
    reads.push(offset);
    return read(offset, length);
  };
  return { resolver: new FrameResolver(counted, parser.code, emitted), reads };
}

Deno.test("framesAt() gives the inlined function with its call, then the piece's own", () => {
  const { resolver } = resolverOf(
    HEAD + scriptLine("file:///app/a.js", TEXT) + outerLines("C8O48C16O22I0C32O63,F0O63,S0xa00"),
  );
  const at = (offset: number) => resolver.framesAt(1, 0x3000 + offset).map(frameText);
  deepEqual(at(20), [
    "inner /app/a.js:1 @2:3 turbofan inlined",
    "outer /app/a.js:4 @5:10 turbofan osr",
  ]);
  deepEqual(at(32), ["outer /app/a.js:4 @5:10 turbofan osr"]);
  // In front of the first position the code enters the function.
  deepEqual(at(0), ["outer /app/a.js:4 @4:15 turbofan osr"]);
  equal(frameText(resolver.frameOf(1)), "outer /app/a.js:4 turbofan osr");
});

Deno.test("framesAt() ends with the own function where the table leads to no function or in a circle", () => {
  const start = HEAD + scriptLine("file:///app/a.js", TEXT);
  const unknown = resolverOf(start + outerLines("C0O22I0,F0O63,S0xdead")).resolver;
  deepEqual(unknown.framesAt(1, 0x3001).map(({ name }) => name), ["outer"]);
  const missing = resolverOf(start + outerLines("C0O22I9,,")).resolver;
  deepEqual(missing.framesAt(1, 0x3001).map(frameText), ["outer /app/a.js:4 @2:3 turbofan osr"]);
  const circle = resolverOf(start + outerLines("C0O22I0,F0O63I0,S0xa00")).resolver;
  const names = circle.framesAt(1, 0x3001).map(({ name }) => name);
  deepEqual([names.length, names.at(-1)], [129, "outer"]);
});

Deno.test("frameOf() reads a function's name and script once", () => {
  const { resolver, reads } = resolverOf(
    HEAD + scriptLine("file:///app/a.js", TEXT) + outerLines(",,"),
  );
  const first = resolver.frameOf(1);
  const count = reads.length;
  deepEqual(resolver.frameOf(1), first);
  equal(reads.length, count);
  first.name = "changed by the caller";
  equal(resolver.frameOf(1).name, "outer");
});

Deno.test("sourceOf() is the author's text of a file after a frame was found in it", () => {
  const map = {
    version: 3 as const,
    sources: ["a.ts"],
    sourcesContent: ["author's text"],
    names: [],
    mappings: "AACA;;;AACA",
  };
  const log = HEAD + scriptLine("file:///app/a.js", TEXT) + outerLines(",,");
  const emitted = (url: string) =>
    url === "file:///app/a.js" ? TEXT + formatInlineMap(map).trimStart() : undefined;
  const { resolver } = resolverOf(log, emitted);
  equal(resolver.sourceOf("/app/a.ts"), undefined);
  deepEqual(resolver.framesAt(1, 0x3000).map(({ file }) => file), ["/app/a.ts"]);
  const inlined = resolverOf(
    HEAD + scriptLine("file:///app/a.js", TEXT) + outerLines("C0O48,,"),
    emitted,
  ).resolver;
  inlined.framesAt(1, 0x3000);
  equal(inlined.sourceOf("/app/a.ts"), "author's text");
  const plain = resolverOf(HEAD + scriptLine("file:///app/a.js", TEXT) + outerLines("C0O48,,"));
  plain.resolver.framesAt(1, 0x3000);
  equal(plain.resolver.sourceOf("/app/a.js"), TEXT);
});

Deno.test("frameOf() takes label and URL apart, also where both have spaces", () => {
  const named = (label: string) => {
    const { resolver } = resolverOf(`${HEAD}code-creation,JS,13,1,0x1000,64,${label},0xa00,*\n`);
    return frameText(resolver.frameOf(0));
  };
  equal(named("get x file:///app/b%20c.js:3:9"), "get x /app/b c.js:3 turbofan");
  equal(named("f https://a.example/x y.js:3:9"), "f https://a.example/x y.js:3 turbofan");
  equal(named(" :1:11"), "<anonymous> <eval>:1 turbofan");
  equal(named("wasm-function[3]"), "wasm wasm-function[3] turbofan");
  equal(named(""), "wasm <anonymous> turbofan");
});
