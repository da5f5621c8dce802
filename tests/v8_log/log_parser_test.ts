import { deepEqual, equal } from "node:assert/strict";

import { HOLE, NO_SCRIPT } from "../../lib/v8_log/code_table.ts";
import { LogClock } from "../../lib/v8_log/log_clock.ts";
import { readLogLines } from "../../lib/v8_log/log_lines.ts";
import { LogParser } from "../../lib/v8_log/log_parser.ts";

const VERSION = "v8-version,15,0,245,2,-rusty,0\n";
const F = "f file:///app/a.js:1:11";

/** Has a parser take all lines of a text. */
function parse(text: string, clock = new LogClock([])) {
  const bytes = new TextEncoder().encode(text);
  const read = (offset: number, length: number) => bytes.slice(offset, offset + length);
  const parser = new LogParser(read, clock);
  for (const _ of readLogLines(read, 0, parser.take));
  const { code, version, skipped } = parser;
  return {
    code,
    version,
    skipped,
    textAt: (at: number, length: number) => text.substr(at, length),
  };
}

Deno.test("take() takes V8's version from the first line only, with and without an embedder", () => {
  equal(parse(VERSION).version, "15.0.245.2-rusty");
  equal(parse("v8-version,13,6,233,17,0\n").version, "13.6.233.17");
  const late = parse(`v8-platform,linux,linux\n${VERSION}`);
  deepEqual([late.version, late.skipped], ["", 1]);
});

Deno.test("take() keeps a piece of code with its function, name and mark", () => {
  const { code, skipped, textAt } = parse(
    `${VERSION}code-creation,JS,13,200,0x3000,256,${F},0xb00,o*\n` +
      "code-creation,Callback,-2,201,0x4000,1,get size\n",
  );
  const { pieces, functions } = code;
  deepEqual([skipped, pieces.length, functions.length], [0, 2, 2]);
  deepEqual([pieces.start[0], pieces.size[0], pieces.time[0]], [0x3000, 256, 200]);
  equal(pieces.tier[0], 4 | 8);
  equal(textAt(functions.nameOffset[0]!, functions.nameLength[0]!), F);
  equal(textAt(functions.nameOffset[1]!, functions.nameLength[1]!), "get size");
  equal(code.functionAt(0xb00), 0);
});

Deno.test("take() gives a code-source-info line to its piece, with what is inlined", () => {
  const info = "code-source-info,0x3000,7,14,37,C0O14,F0O22,S0xb00S0xdead";
  const { code, textAt } = parse(
    `${VERSION}script-source,7,file:///app/a\\x2Cb.js,f()\\n\n` +
      `code-creation,JS,13,200,0x3000,256,${F},0xb00,*\n${info}\n`,
  );
  const { pieces, functions, lists, scripts } = code;
  equal(textAt(pieces.infoOffset[0]!, pieces.infoLength[0]!), info);
  deepEqual([functions.script[0], functions.start[0], functions.end[0]], [0, 14, 37]);
  deepEqual([0, 1, 2].map((i) => lists.get(pieces.inlined[0]!, i)), [0, HOLE, undefined]);
  equal(scripts[0]!.url, "file:///app/a,b.js");
  equal(textAt(scripts[0]!.offset, scripts[0]!.length), "f()\\n");
});

Deno.test("take() puts a name with raw line feeds together, and gives up after 64 lines", () => {
  const creation = "code-creation,JS,3,20,0x1000,576,";
  const name = "a\nsfi-move\nb file:///a.js:1:1";
  const { code, skipped, textAt } = parse(`${VERSION}${creation}${name},0xa00,~\n`);
  equal(skipped, 0);
  equal(textAt(code.functions.nameOffset[0]!, code.functions.nameLength[0]!), name);
  const endless = parse(`${VERSION}${creation}a\n${"b\n".repeat(70)}c,0xa00,~\n`);
  equal(endless.code.pieces.length, 0);
  equal(endless.skipped, 70 - 64 + 1);
});

Deno.test("take() skips and counts a line that V8 would not write, and no line that it does not need", () => {
  const unused = "tick,0x1\n,\nheap-capacity,1\ntimer-event-start,a,1\ndelete,Other,0x1\n";
  equal(parse(VERSION + unused).skipped, 1);
  const damaged = [
    "code-creation",
    "code-creation,JS",
    `code-creation,${"J".repeat(41)},3,1,0x1,1,a`,
    "code-creation,Stub,3,1,0x1,67108865,too large",
    `code-creation,Stub,3,${366 * 86_400e6 + 1},0x1,1,a year later`,
    "code-move,0x1,",
    "sfi-move,1,0x2",
    "script-source,1,no text",
    "code-source-info,0x1,1,2,x,,,",
    "\u0000",
  ];
  for (const line of damaged) {
    const { skipped, code } = parse(`${VERSION}${line}\n`);
    deepEqual([skipped, code.pieces.length, code.scripts.length], [1, 0, 0], line);
  }
});

Deno.test("take() tells the clock the time and extent of each line that has one", () => {
  const lines = [
    VERSION,
    "code-creation,Stub,5,15,0x604000,64,stub\n",
    `code-creation,JS,3,20,0x1000,576,a\nb ${F},0xa00,~\n`,
  ];
  const told: number[][] = [];
  const clock = new LogClock([]);
  clock.add = (...line) => void told.push(line);
  parse(lines.join(""), clock);
  const [, second, third] = lines.map((_, i) => lines.slice(0, i).join("").length);
  deepEqual(told, [
    [second, third, 15],
    [third, lines.join("").length, 20],
  ]);
});

Deno.test("take() knows no script where the log never introduced it", () => {
  const { code } = parse(
    `${VERSION}code-creation,JS,13,200,0x3000,256,${F},0xb00,*\ncode-source-info,0x3000,9,1,2,,,\n`,
  );
  equal(code.functions.script[0], NO_SCRIPT);
  equal(code.pieces.infoLength[0], 0);
});

Deno.test("take() gives evaluated code no URL, and shortens a data: URL", () => {
  const { code } = parse(
    `${VERSION}script-source,1,<unknown>,f()\nscript-source,2,data:text/javascript\\x2C${
      "a".repeat(5000)
    },g()\n`,
  );
  deepEqual(code.scripts.map(({ url }) => url.length), [0, 61]);
});
