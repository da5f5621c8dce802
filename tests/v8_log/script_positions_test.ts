import { deepEqual, equal, ok } from "node:assert/strict";

import { formatInlineMap } from "../../lib/source/source_positions.ts";
import { ScriptPositions } from "../../lib/v8_log/script_positions.ts";

const TEXT = "function f() {\n  return 1;\n}\n";
const ORIGIN = { url: "file:///app/out/a.js", file: "/app/out/a.js" };

/** Line 2 of {@linkcode TEXT}, from its third column on, is line 7, column 5 of a.ts. */
const MAP = {
  version: 3 as const,
  sources: ["../src/a.ts"],
  sourcesContent: ["const f = 1;"],
  names: [],
  mappings: ";EAMI",
};

/** The text with a map as a compiler appends it. */
function mapped(map: Record<string, unknown> = {}): string {
  return TEXT + formatInlineMap({ ...MAP, ...map }).trimStart();
}

Deno.test("placeOf() counts lines and columns of the text itself where there is no map", () => {
  const positions = new ScriptPositions(TEXT, ORIGIN);
  const { file } = ORIGIN;
  deepEqual(positions.placeOf(0), { file, line: 1, column: 1 });
  deepEqual(positions.placeOf(14), { file, line: 1, column: 15 });
  deepEqual(positions.placeOf(17), { file, line: 2, column: 3 });
  deepEqual([positions.length, positions.isUnmapped], [TEXT.length, true]);
  equal(positions.mappedText(file), undefined);
  deepEqual(new ScriptPositions("", ORIGIN).placeOf(0), { file, line: 1, column: 1 });
});

Deno.test("placeOf() follows the inline map, whose sources are relative to the script", () => {
  const positions = new ScriptPositions(mapped(), ORIGIN);
  const place = { file: "/app/src/a.ts", line: 7, column: 5 };
  deepEqual(positions.placeOf(17), place);
  deepEqual([positions.length, positions.isUnmapped], [TEXT.length - 1, false]);
  // In front of the first mapping the next one counts, and without one the script's own place.
  deepEqual(positions.placeOf(15), place);
  deepEqual(positions.placeOf(0), { file: ORIGIN.file, line: 1, column: 1 });
  ok(positions.size > new ScriptPositions(TEXT, ORIGIN).size);
});

Deno.test("placeOf() takes a path for a URL, and a source that is no URL as it is", () => {
  const path = new ScriptPositions(mapped(), { url: "/app/out/a.js", file: "a" });
  equal(path.placeOf(17).file, "/app/src/a.ts");
  const evaluated = new ScriptPositions(mapped(), { url: "<eval>", file: "<eval>" });
  equal(evaluated.placeOf(17).file, "../src/a.ts");
  const nameless = new ScriptPositions(mapped({ sources: [""] }), ORIGIN);
  deepEqual(nameless.placeOf(17), { file: ORIGIN.file, line: 7, column: 5 });
});

Deno.test("mappedText() is the author's text under the name that places have", () => {
  const positions = new ScriptPositions(mapped(), ORIGIN);
  equal(positions.mappedText("/app/src/a.ts"), "const f = 1;");
  equal(positions.mappedText("/app/src/b.ts"), undefined);
  equal(positions.mappedText(ORIGIN.file), undefined);
  const without = new ScriptPositions(mapped({ sourcesContent: undefined }), ORIGIN);
  equal(without.mappedText("/app/src/a.ts"), undefined);
});

Deno.test("ScriptPositions uses an emitted text only if V8 ran the same", () => {
  const emitted = mapped();
  equal(new ScriptPositions(TEXT, { ...ORIGIN, emitted }).placeOf(17).line, 7);
  equal(new ScriptPositions(TEXT.trimEnd(), { ...ORIGIN, emitted }).placeOf(17).line, 7);
  const changed = new ScriptPositions(`${TEXT}g();\n`, { ...ORIGIN, emitted });
  deepEqual([changed.placeOf(17).line, changed.isUnmapped], [2, true]);
  // The map in the text that V8 ran is closer than the emitted one.
  const other = mapped({ sources: ["../src/other.ts"] });
  const own = new ScriptPositions(other, { ...ORIGIN, emitted });
  equal(own.placeOf(17).file, "/app/src/other.ts");
});

Deno.test("ScriptPositions leaves a damaged map in the text", () => {
  for (const map of [{ version: 2 }, { mappings: 1 }, { sources: [1] }]) {
    const text = mapped(map as Record<string, unknown>);
    const positions = new ScriptPositions(text, ORIGIN);
    deepEqual([positions.isUnmapped, positions.length], [true, text.length]);
  }
});
