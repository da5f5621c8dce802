/*
 * V8Log reads logs with any content, reports their faults, and gives no answers that the log does
 * not support.
 */
import { ok } from "node:assert/strict";

import type { CodeFrame } from "../../lib/v8_log/v8_log.ts";
import { LogClock, type SizePoll } from "../../lib/v8_log/log_clock.ts";
import { decodeLogText } from "../../lib/v8_log/log_text.ts";
import { SourceInfo } from "../../lib/v8_log/source_info.ts";
import { functionNames } from "../../lib/source/function_names.ts";
import { attempt, fc, fuzz, mutated, textOf } from "../support/fuzz.ts";
import { readLog, recordedLog } from "../support/v8_logs.ts";

const TEXT = "function f(a) { return a; }\\nfunction g(a) { return f(a\\x2C 1); }\\n";
const LOG = `v8-version,15,0,245,2,-rusty,0
code-creation,Builtin,3,10,0x500000,192,CompileLazy
code-creation,JS,3,100,0x1000,576,f file:///a.js:1:11,0xa00,~
script-source,7,file:///a.js,${TEXT}
code-source-info,0x1000,7,10,27,,,
code-creation,JS,10,100,0x9000,20,f file:///a.js:1:11,0xa00,~
code-source-info,0x9000,7,10,27,C0O16C4O27,,
code-creation,JS,13,200,0x1100,256,g file:///a.js:2:11,0xb00,o*'
code-source-info,0x1100,7,38,60,C0O38C16O16I0C32O50,F0O45,S0xa00
new,MemoryChunk,0x1000,4096
sfi-move,0xa00,0xc00
code-move,0x1100,0x2000
delete,MemoryChunk,0x1000
code-creation,RegExp,4,300,0x3000,64,a+
code-creation,JS,5,400,0x3100,64,wasm-function[0],0x77,
`;

const PIECES = [
  ...LOG.split("\n").map((line) => `${line}\n`),
  ...["code-creation,", "JS,", "code-source-info,", "0x", "0x1000", ",", "\n", "~", "9".repeat(20)],
  ...["C5O", "I0", "F0O", "S0xa00", "-1", "\\x", "\\u12", "\\", "\0", "é", ";", "0x1fffffffffffff"],
  ...[
    "I1",
    "I99999",
    "4294967295",
    "9007199254740991",
    "0",
    "script-source,7,",
    "delete,MemoryChunk,",
  ],
];

const ADDRESSES = [0, 1, 0x1000, 0x1010, 0x1100, 0x1112, 0x11ff, 0x1200, 0x2010, 0x3000, 0x9000]
  .concat(0x500000, -1, 2 ** 53, NaN, Infinity);

function check(frames: readonly CodeFrame[] | undefined): void {
  if (frames === undefined) return;
  ok(frames.length > 0 && frames.length <= 129);
  for (const [i, { name, line, position, isInlined, file }] of frames.entries()) {
    ok(name !== "");
    ok(line === undefined || line >= 1 && file !== undefined);
    ok(position === undefined || position.line >= 1 && position.column >= 1);
    ok((isInlined ?? false) === (i < frames.length - 1));
  }
}

const polls: fc.Arbitrary<SizePoll[]> = fc.array(
  fc.tuple(fc.nat(2_000_000), fc.nat(2_000_000), fc.nat(2000)),
  { maxLength: 5 },
);

fuzz(
  "V8Log.read() takes any log",
  fc.tuple(
    fc.oneof(
      mutated(fc.constant(LOG), PIECES),
      textOf(PIECES),
      textOf(PIECES).map((text) => LOG + text),
    ),
    fc.array(fc.integer({ min: -1000, max: 3000 }), { minLength: 1, maxLength: 3 }),
    polls,
  ),
  async ([text, times, polls]) => {
    const log = await readLog(text, { polls });
    ok(log.skipped >= 0 && typeof log.version === "string");
    if (log.skipped > 0) ok(log.problem !== undefined);
    for (const address of ADDRESSES) {
      for (const time of times) {
        check(log.framesAt(address, time, false));
        check(log.framesAt(address, time, true));
        const place = log.locate(address, time);
        ok(place.from <= time && (place.piece < 0 || time < place.to));
      }
    }
    for (const { address, size, frame } of log.liveCode()) {
      ok(address >= 0 && size > 0);
      check([frame]);
    }
  },
);

fuzz(
  "framesAt() answers the same whatever was asked before",
  fc.tuple(
    fc.oneof(fc.constant(LOG), mutated(fc.constant(LOG), PIECES)),
    fc.array(
      fc.tuple(fc.constantFrom(...ADDRESSES), fc.integer({ min: -500, max: 1500 }), fc.boolean()),
      { minLength: 2, maxLength: 30 },
    ),
  ),
  async ([text, questions]) => {
    const options = { polls: [[1e15, 0, 1e9]] as SizePoll[] };
    const used = await readLog(text, options);
    for (const question of questions) used.framesAt(...question);
    const [last] = questions;
    const fresh = (await readLog(text, options)).framesAt(...last!);
    ok(JSON.stringify(used.framesAt(...last!)) === JSON.stringify(fresh));
  },
  { runs: 500 },
);

const RECORDED = new TextDecoder("latin1").decode(recordedLog("deno-2.9.log"));

fuzz(
  "V8Log.read() takes recorded logs with changes in them",
  mutated(fc.constant(RECORDED), PIECES),
  async (text) => {
    const log = await readLog(Uint8Array.from(text, (char) => char.charCodeAt(0)));
    let count = 0;
    for (const { address, size } of log.liveCode()) {
      for (let at = 0; at < Math.min(size, 4000); at += 400) {
        check(log.framesAt(address + at, Infinity, false));
      }
      if (++count > 100) break;
    }
  },
  { runs: 60, longRuns: 20_000 },
);

fuzz(
  "SourceInfo takes any line",
  textOf(["code-source-info,0x1,7,0,9,", "C", "O", "I", "F", "S", ",", "-", "1", "99999999999"]),
  (text) => {
    const info = new SourceInfo(new TextEncoder().encode(text));
    for (const offset of [0, 1, 99, 2 ** 40]) {
      const found = info.at(offset);
      if (found !== undefined) ok(found.position >= 0 && found.inlined >= -1);
    }
    ok(info.size > 0);
  },
);

fuzz(
  "decodeLogText() takes any bytes",
  textOf(["\\", "\\x41", "\\u0041", "\\n", "\\\\", "\\x", "\\u00", "a", "é"]),
  (text) => {
    const bytes = new TextEncoder().encode(text);
    ok(decodeLogText(bytes).length <= bytes.length);
  },
);

fuzz(
  "LogClock takes any times and polls",
  fc.tuple(fc.array(fc.nat(1000), { maxLength: 10 }), polls),
  ([times, polls]) => {
    const clock = new LogClock(polls);
    times.forEach((time, i) => clock.add(i * 10, i * 10 + 10, time));
    const found = clock.finish();
    ok(found === undefined || Number.isFinite(found.offset) && found.uncertainty >= 0);
  },
);

fuzz(
  "functionNames() takes any text",
  mutated(
    fc.constant(
      "class A { x = 1; static { f(() => 1); } m(a = () => 2) {} }\nconst b = async a => { (function c() {})(); };",
    ),
    ["{", "}", "(", ")", "class ", "=>", "async ", "function ", "/*", "\\", "`", "${", "get "],
  ),
  (text) => {
    const names = attempt(() => functionNames(text, "commonjs"), SyntaxError);
    for (const [start, { name, offset }] of names?.functions ?? []) {
      ok(start >= 0 && start <= text.length && offset <= text.length && name !== "");
    }
  },
);
