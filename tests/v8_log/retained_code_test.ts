import { deepEqual, equal } from "node:assert/strict";

import {
  FunctionLists,
  FunctionTable,
  HOLE,
  type LogScript,
  PieceTable,
} from "../../lib/v8_log/code_table.ts";
import { tagOf } from "../../lib/v8_log/code_tag.ts";
import {
  type RetainableCode,
  retainCode,
  type RetainOptions,
} from "../../lib/v8_log/retained_code.ts";

const JS = tagOf("JS");

/** Code of one function for each script. */
function codeOf(scripts: readonly Partial<LogScript>[]): RetainableCode {
  const code = {
    pieces: new PieceTable(),
    functions: new FunctionTable(),
    lists: new FunctionLists(),
    scripts: scripts.map((script, i) => ({ url: "", offset: 10 * i, length: 10, ...script })),
  };
  for (const [i] of scripts.entries()) {
    const fn = code.functions.add(1000 + i, 5, i, JS);
    code.functions.place(fn, i, { start: 1, end: 2 });
    code.pieces.add(0x1000 * (i + 1), 64, i, fn, 4);
  }
  return code;
}

/** Keeps bytes at their offset and a million. */
const keep = (offset: number) => 1_000_000 + offset;

function retain(code: RetainableCode, options: Partial<RetainOptions> = {}) {
  return retainCode(code, {
    since: -1,
    keep,
    roots: [],
    latest: new Set(),
    isSeen: () => false,
    ...options,
  });
}

Deno.test("retainCode() copies code that is there, with its names, tables and scripts", () => {
  const code = codeOf([{ url: "file:///a.js" }, { url: "file:///b.js" }]);
  code.pieces.infoOffset[1] = 77;
  code.pieces.infoLength[1] = 7;
  code.pieces.inlined[1] = code.lists.add([0, HOLE]);
  code.pieces.end[0] = 5;
  const retained = retain(code, { since: 10 });
  equal(retained.pieces.length, 1);
  deepEqual([...retained.pieceOf], [-1, 0]);
  equal(retained.pieces.start[0], 0x2000);
  equal(retained.pieces.infoOffset[0], 1_000_077);
  // The inlined function stays, though its own code is gone.
  const inlined = retained.lists.get(retained.pieces.inlined[0]!, 0)!;
  equal(retained.functions.nameOffset[inlined], 1_001_000);
  equal(retained.lists.get(retained.pieces.inlined[0]!, 1), HOLE);
  deepEqual(retained.scripts.map(({ url }) => url), ["file:///b.js", "file:///a.js"]);
});

Deno.test("retainCode() keeps the functions of a script that V8 may still name", () => {
  const code = codeOf([{ url: "file:///a.js" }]);
  const idle = code.functions.add(2000, 5, 9, JS);
  code.functions.place(idle, 0, { start: 5, end: 6 });
  const retained = retain(code, { roots: [idle, -1, HOLE] });
  equal(retained.functions.length, 2);
  equal(retained.functionOf[idle], 1);
});

Deno.test("retainCode() keeps scripts without code as far as they have a URL", () => {
  const code = codeOf([{ url: "file:///a.js" }, {}, { url: "file:///large.js", length: 1 << 30 }]);
  code.pieces.end.fill(0);
  const retained = retain(code, { since: 10, latest: new Set([0, 1, 2]) });
  deepEqual(retained.scripts.map(({ url }) => url), ["file:///a.js"]);
  equal(retained.functions.length, 0);
});

Deno.test("retainCode() forgets the oldest code of eval where there is ever more of it", () => {
  const count = 12_000;
  const code = codeOf(
    Array.from({ length: count }, (_, i) => i === 1 ? { url: "file:///a.js" } : {}),
  );
  const retained = retain(code, { since: count, isSeen: (fn) => fn === 0 });
  // The one that was seen, that of a module, and the newest of the others.
  equal(retained.pieces.length, 10_002);
  deepEqual([...retained.pieceOf.slice(0, 3)], [0, 1, -1]);
  equal(retained.pieceOf[count - 1], 10_001);
});
