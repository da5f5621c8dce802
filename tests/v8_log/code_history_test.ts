import { deepEqual, equal } from "node:assert/strict";

import { frameText, readLog } from "../support/v8_logs.ts";

/** outer() calls inner(), which V8 inlines. */
const TEXT =
  "function inner(a) {\n  return a + 1;\n}\nfunction outer(a) {\n  return inner(a);\n}\n";
const INNER = "inner file:///app/a.js:1:15,0xa00";
const OUTER = "outer file:///app/a.js:4:15,0xb00";

const PROGRAM = "v8-version,15,0,245,2,-rusty,0\n" +
  "code-creation,Builtin,3,10,0x500000,192,CompileLazy\n" +
  `code-creation,JS,3,100,0x1000,576,${INNER},~\n` +
  `script-source,7,file:///app/a.js,${TEXT.replaceAll("\n", "\\n")}\n` +
  "code-source-info,0x1000,7,14,37,,,\n" +
  `code-creation,JS,3,110,0x2000,576,${OUTER},~\n` +
  "code-source-info,0x2000,7,52,78,,,\n" +
  `code-creation,JS,13,200,0x3000,256,${OUTER},*\n` +
  "code-source-info,0x3000,7,52,78,C0O52C16O22I0C32O34I0C48O60C64O77,F0O67,S0xa00\n";

const deopt = (time: number, rest: string) => `code-deopt,${time},256,0x3000,${rest}\n`;

/** The log's last line, and a poll behind it that makes the log's time 0 the clock's 0. */
const END = "code-creation,Builtin,3,500,0x510000,8,End\n";
const CLOCK = { polls: [[0, 500e3, 1e9]] as [number, number, number][] };

/** The history as text; the functions of code have been resolved before. */
async function historyOf(lines: string, from = 0, to = 1e6): Promise<string[]> {
  const log = await readLog(PROGRAM + lines + END, CLOCK);
  log.framesAt(0x3000 + 20, 250, false);
  const { compilations, deopts } = log.history(from, to);
  equal(log.skipped, 0);
  return [
    ...compilations.map(({ frame, maglev, turbofan }) =>
      `${frameText(frame)} ${maglev} ${turbofan}`
    ),
    ...deopts.map(({ frame, at, kind, reason, count }) =>
      `${frame.name}: ${at.name} ${at.position?.line}:${at.position?.column} ${kind} ${reason} ${count}`
    ),
  ];
}

Deno.test("history() counts equal deoptimisations, at their lines", async () => {
  const own = deopt(400, "-1,60,deopt-eager,<file:///app/a.js:5:3>,wrong map");
  deepEqual(await historyOf(own + own + deopt(401, "-1,60,deopt-lazy,<unknown>,(unknown)")), [
    "outer /app/a.js:4 0 1",
    "outer: outer 5:3 deopt-eager wrong map 2",
    "outer: outer 5:3 deopt-lazy (unknown) 1",
  ]);
});

Deno.test("history() names the inlined function that was deoptimised", async () => {
  deepEqual(
    await historyOf(
      deopt(400, "0,34,deopt-eager,<file:///app/a.js:2:12> inlined at <file:///app/a.js:5:10>,Smi"),
    ),
    ["outer /app/a.js:4 0 1", "outer: inner 2:15 deopt-eager Smi 1"],
  );
});

Deno.test("history() has no position where V8 has none", async () => {
  deepEqual(
    (await historyOf(deopt(400, "-1,-1,deopt-lazy,<unknown>,(unknown)"))).at(-1),
    "outer: outer undefined:undefined deopt-lazy (unknown) 1",
  );
});

Deno.test("history() leaves out what was before and after, and functions without samples", async () => {
  const line = deopt(400, "-1,60,deopt-eager,<file:///app/a.js:5:3>,wrong map");
  deepEqual(await historyOf(line, 450, 600), ["outer /app/a.js:4 0 1"]);
  deepEqual(await historyOf(line, 0, 150), []);
  deepEqual(await historyOf(line, 100, 300), ["outer /app/a.js:4 0 1"]);
  const log = await readLog(PROGRAM + line + END, CLOCK);
  deepEqual(log.history(0, 1e6), { compilations: [], deopts: [] });
});

Deno.test("history() counts code that has moved once", async () => {
  const moved = "code-move,0x3000,0x7000\ncode-creation,JS,3,300,0x9000,16,x :1:1,0xc00,~\n";
  deepEqual(await historyOf(moved), ["outer /app/a.js:4 0 1"]);
});

Deno.test("history() ignores deoptimisations that cannot be read", async () => {
  const lines = "code-deopt,5\n" + deopt(1e18, "-1,60,deopt-eager,<x>,wrong map") +
    deopt(400, "x,60,deopt-eager,<x>,wrong map") +
    "code-deopt,400,1,0x999000,-1,60,deopt-eager,<x>,wrong map\n";
  deepEqual(await historyOf(lines), ["outer /app/a.js:4 0 1"]);
});
