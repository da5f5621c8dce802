import { deepEqual, equal, match, ok } from "node:assert/strict";

import { formatInlineMap } from "../../lib/source/source_positions.ts";
import { CLOCK, HEAD, INNER, PROGRAM, SOURCE, TEXT } from "../support/inlining_log.ts";
import { framesText, frameText, readLog } from "../support/v8_logs.ts";

Deno.test("framesAt() returns the inlined chain, innermost first, with positions", async () => {
  const log = await readLog(PROGRAM);
  deepEqual(
    framesText(log, 0x3000 + 20),
    [
      "inner /app/a.js:1 @2:3 turbofan inlined",
      "outer /app/a.js:4 @5:10 turbofan",
    ].map((text) => text.replace("@5:10", "@5:10")),
  );
  deepEqual(framesText(log, 0x3000 + 50), ["outer /app/a.js:4 @5:3 turbofan"]);
  equal(log.skipped, 0);
  equal(log.problem, undefined);
  equal(log.version, "15.0.245.2-rusty");
  equal(log.pid, 42);
});

Deno.test("sourceOf() is the text of a file that frames have positions in", async () => {
  const log = await readLog(PROGRAM);
  equal(log.sourceOf("/app/a.js"), undefined);
  framesText(log, 0x3000 + 20);
  equal(log.sourceOf("/app/a.js"), TEXT);
  equal(log.sourceOf("/app/b.js"), undefined);
});

Deno.test("framesAt() takes a return address as the call in front of it", async () => {
  const log = await readLog(PROGRAM);
  deepEqual(framesText(log, 0x3000 + 48, 0, true), framesText(log, 0x3000 + 47));
  deepEqual(framesText(log, 0x3100, 0, true), ["outer /app/a.js:4 @6:1 turbofan"]);
  deepEqual(framesText(log, 0x3100), []);
});

Deno.test("framesAt() knows the function of interpreted code, not its line", async () => {
  const log = await readLog(PROGRAM);
  deepEqual(framesText(log, 0x1010), ["inner /app/a.js:1 interpreted"]);
  // Bytecode is data.
  deepEqual(framesText(log, 0x90004), []);
});

Deno.test("framesAt() names builtins, handlers, regular expressions, WebAssembly and unknown tags", async () => {
  const log = await readLog(
    HEAD + "code-creation,BytecodeHandler,0,11,0x600000,64,LdaZero.Wide\n" +
      "code-creation,RegExp,4,12,0x601000,64,a\\x2C\\u20ac\\\\n\n" +
      "code-creation,JS,5,13,0x602000,64,wasm-function[3],0x77,\n" +
      "code-creation,JS,5,14,0x603000,64,wasm,other\n\n" +
      "code-creation,Stub,5,15,0x604000,64,js-to-wasm:i:i\n" +
      "code-creation,Novelty,5,16,0x605000,64,new\n" +
      "code-creation,Callback,-2,17,0x606000,1,get size\n",
  );
  deepEqual(framesText(log, 0x500000), ["builtin CompileLazy"]);
  deepEqual(framesText(log, 0x600000), ["handler LdaZero.Wide"]);
  deepEqual(framesText(log, 0x601000), ["regexp RegExp: a,€\\n"]);
  deepEqual(framesText(log, 0x602000), ["wasm wasm-function[3]"]);
  deepEqual(framesText(log, 0x604000), ["other js-to-wasm:i:i"]);
  deepEqual(framesText(log, 0x605000), ["other new"]);
  deepEqual(framesText(log, 0x606000), ["other get size"]);
});

Deno.test("framesAt() finds the code of an address by the time", async () => {
  const again = PROGRAM +
    `code-creation,JS,13,500,0x3040,256,${INNER},*\n` +
    "code-source-info,0x3040,7,14,37,C0O23,,\n";
  const log = await readLog(again, CLOCK);
  equal(log.clock!.offset, -500);
  const at = (address: number, time: number) =>
    framesText(log, address, time - 500).at(-1)?.split(" ")[0];
  equal(at(0x3080, 300), "outer");
  equal(at(0x3080, 499), "outer");
  equal(at(0x3080, 500), "inner");
  // The old code ended as a whole, even where nothing took its place.
  equal(at(0x3000, 499), "outer");
  equal(at(0x3000, 501), undefined);
  // In either order: what was answered before does not matter.
  equal(at(0x3080, 300), "outer");
});

Deno.test("framesAt() does not find code that was made later", async () => {
  const log = await readLog(PROGRAM + "code-creation,Builtin,3,9000,0x700000,64,Late\n", CLOCK);
  deepEqual(framesText(log, 0x3000, 200 - 9000 - 5000), []);
  // V8 stamps code a little after it may run.
  ok(framesText(log, 0x3000, 150 - 9000).length > 0);
});

Deno.test("framesAt() follows code that moves", async () => {
  const moved = PROGRAM + "code-move,0x3000,0x8000\n" +
    "code-creation,Builtin,3,600,0x700000,64,Later\n";
  const log = await readLog(moved, CLOCK);
  deepEqual(framesText(log, 0x3010, 250 - 600), framesText(log, 0x8010, 650 - 600));
  equal(framesText(log, 0x8010, 650 - 600).length, 2);
  deepEqual(framesText(log, 0x3010, 650 - 600), []);
  // Without the move there is nothing.
  deepEqual(framesText(await readLog(PROGRAM), 0x8010), []);
});

Deno.test("framesAt() follows functions whose SharedFunctionInfo moves", async () => {
  const other = "other file:///app/a.js:9:1,0xa00";
  const beforeInfo = PROGRAM.indexOf(`code-creation,JS,13`);
  const withMove = PROGRAM.slice(0, beforeInfo) + "sfi-move,0xa00,0xc00\n" +
    // Another function takes the address that is free now.
    `code-creation,JS,3,150,0x5000,576,${other},~\n` +
    PROGRAM.slice(beforeInfo).replace("S0xa00", "S0xc00");
  equal(framesText(await readLog(withMove), 0x3014)[0], "inner /app/a.js:1 @2:3 turbofan inlined");
  // The old address is now the other function's.
  const wrong = framesText(await readLog(withMove.replace("S0xc00", "S0xa00")), 0x3014);
  match(wrong[0]!, /^other /);
});

Deno.test("framesAt() keeps functions of one name apart that reuse a SharedFunctionInfo's address", async () => {
  const evaluated = (id: number, start: number, address: string, text: string) =>
    `code-creation,JS,3,300,${address},576,f :1:11,0xe00,~\nscript-source,${id},<unknown>,${text}\n` +
    `code-source-info,${address},${id},${start},40,,,\n`;
  const log = await readLog(
    HEAD + evaluated(20, 11, "0x1000", "(function f(a) { return a; })//") +
      evaluated(21, 32, "0x2000", "(class Holder {method() {} ;   f() { return 1; } })"),
  );
  deepEqual(framesText(log, 0x1000), ["f <eval>:1 interpreted"]);
  deepEqual(framesText(log, 0x2000), ["Holder.f <eval>:1 interpreted"]);
});

Deno.test("framesAt() leaves out inlined functions that the log never introduced", async () => {
  const log = await readLog(PROGRAM.replace("S0xa00", "S0xdead"));
  deepEqual(framesText(log, 0x3014), ["outer /app/a.js:4 @5:10 turbofan"]);
});

Deno.test("framesAt() returns positions of the original source by the script's inline map", async () => {
  // Line 2 of the text, from its third column on, is line 7, column 5 of a.ts.
  const map = { version: 3, sources: ["../src/a.ts"], names: [], mappings: ";EAMI" };
  const text = TEXT + formatInlineMap(map).trimStart();
  const source = `script-source,7,file:///app/a.js,${
    text.replaceAll("\n", "\\n").replaceAll(",", "\\x2C")
  }\n`;
  const log = await readLog(PROGRAM.replace(SOURCE, source));
  equal(framesText(log, 0x3014)[0], "inner /app/a.js:1 @7:5 turbofan inlined");
});

Deno.test("framesAt() uses the map of an emitted text only if V8 ran that text", async () => {
  const map = { version: 3, sources: ["file:///app/a.ts"], names: [], mappings: "AASA;EAMI" };
  const emitted = (text: string) => ({ emitted: () => text + formatInlineMap(map).trimStart() });
  const mapped = await readLog(PROGRAM, emitted(TEXT));
  equal(framesText(mapped, 0x3014)[0], "inner /app/a.ts:10 @16:5 turbofan inlined");
  const changed = await readLog(PROGRAM, emitted(`// changed\n${TEXT}`));
  equal(framesText(changed, 0x3014)[0], "inner /app/a.js:1 @2:3 turbofan inlined");
});

Deno.test("framesAt() names code of a script that cannot be parsed as V8 does", async () => {
  const log = await readLog(PROGRAM.replace("return inner(a)", "return inne)(a"));
  equal(framesText(log, 0x2000)[0], "outer /app/a.js:4 interpreted");
});

Deno.test("framesAt() reads function names with commas, line feeds and semicolons", async () => {
  const log = await readLog(
    HEAD + "code-creation,JS,3,20,0x1000,576,a,b\nc;\nsfi-move file:///app/b c.js:1:9,0xa00,~\n" +
      "code-creation,JS,3,21,0x2000,576,next file:///app/a.js:1:1,0xb00,~\n",
  );
  equal(log.skipped, 0);
  deepEqual(framesText(log, 0x1000), ["a,b\nc;\nsfi-move /app/b c.js:1 interpreted"]);
  deepEqual(framesText(log, 0x2000), ["next /app/a.js:1 interpreted"]);
});

Deno.test("framesAt() names bodies of modules, of CommonJS modules and of evaluated code", async () => {
  const body = (tag: string, id: number, url: string, at: string) =>
    `code-creation,${tag},3,20,${at},576, ${url}:1:1,${at}0,~\nscript-source,${id},${
      url || "<unknown>"
    },a(b)\n` +
    `code-source-info,${at},${id},0,4,,,\n`;
  const data = `data:text/javascript;base64\\x2C${"QUJD".repeat(60)}`;
  const log = await readLog(
    HEAD + body("Script", 1, "file:///app/a%20b.js", "0x1000") +
      body("JS", 2, "/app/b.cjs", "0x2000") +
      body("Eval", 3, "", "0x3000") + body("Eval", 4, "node:fs", "0x4000") +
      body("Script", 5, data, "0x5000"),
  );
  deepEqual(framesText(log, 0x1000), ["<module> /app/a b.js interpreted"]);
  deepEqual(framesText(log, 0x2000), ["<module> /app/b.cjs interpreted"]);
  deepEqual(framesText(log, 0x3000), ["<eval> <eval> interpreted"]);
  deepEqual(framesText(log, 0x4000), ["<module> node:fs interpreted"]);
  deepEqual(framesText(log, 0x5000), [
    `<module> data:text/javascript;base64,${"QUJD".repeat(8)}… interpreted`,
  ]);
});

Deno.test("framesAt() uses the URL that a comment gives to evaluated code", async () => {
  const log = await readLog(
    HEAD + "code-creation,JS,3,20,0x1000,576,f made-up.js:1:11,0xa00,~\n" +
      "script-source,1,<unknown>,(function f() {})\ncode-source-info,0x1000,1,11,16,,,\n",
  );
  deepEqual(framesText(log, 0x1000), ["f made-up.js:1 interpreted"]);
});

Deno.test("framesAt() finds no code in memory that V8 gave back, unless the program ended", async () => {
  const chunk = "new,MemoryChunk,0x3000,4096\n";
  const freed = PROGRAM + chunk + "delete,MemoryChunk,0x3000\n";
  equal(framesText(await readLog(freed), 0x3014).length, 2);
  const later = freed + "code-creation,Builtin,3,900,0x700000,64,Late\n";
  deepEqual(framesText(await readLog(later), 0x3014), []);
  equal(framesText(await readLog(later, CLOCK), 0x3014, 500 - 900).length, 2);
});

Deno.test("locate() returns the time during which its answer holds", async () => {
  const log = await readLog(
    PROGRAM + `code-creation,JS,13,500,0x3040,256,${INNER},*\n`,
    CLOCK,
  );
  const offset = log.clock!.offset;
  const place = log.locate(0x3010, 300 + offset);
  deepEqual([place.from, place.to], [200 + offset, 500 + offset]);
  equal(log.locate(0x3010, 499 + offset).piece, place.piece);
  equal(log.locate(0x3050, 600 + offset).to, Infinity);
  deepEqual(log.locate(0x123456789, 300), { piece: -1, from: -Infinity, to: Infinity });
  // Near code, another time can know more.
  deepEqual(log.locate(0x3010, 600 + offset), {
    piece: -1,
    from: 600 + offset,
    to: 600 + offset,
  });
  // Before the first line there is none for sure.
  deepEqual(log.locate(0x3010, -9000), { piece: -1, from: -Infinity, to: 10 + offset - 2000 });
});

Deno.test("liveCode() lists the code that was there at the end, once each", async () => {
  const log = await readLog(PROGRAM + `code-creation,JS,13,500,0x3040,256,${INNER},*\n`);
  deepEqual(
    Array.from(log.liveCode(), ({ address, size, frame }) => [address, size, frameText(frame)]),
    [
      [0x500000, 192, "builtin CompileLazy"],
      [0x1000, 576, "inner /app/a.js:1 interpreted"],
      [0x2000, 576, "outer /app/a.js:4 interpreted"],
      [0x3040, 256, "inner /app/a.js:1 turbofan"],
    ],
  );
});

Deno.test("read() uses a log that is cut up to its last whole line", async () => {
  for (let length = 0; length < PROGRAM.length; length += 3) {
    const log = await readLog(PROGRAM.slice(0, length));
    equal(log.isCut, length > 0 && PROGRAM[length - 1] !== "\n");
    if (length > 40) equal(log.problem, undefined, PROGRAM.slice(0, length));
  }
  const cut = await readLog(PROGRAM.slice(0, PROGRAM.lastIndexOf("code-source-info") + 40));
  deepEqual(framesText(cut, 0x3014), ["outer /app/a.js:4 turbofan"]);
});

Deno.test("read() names the problem of a file that is no log", async () => {
  const log = await readLog("\x7fELF\0\0\nwhatever,1,2\n");
  equal(
    log.problem,
    `Cannot read "isolate-0x1-42-42.log" as V8's log: it does not start with V8's version`,
  );
  equal((await readLog("")).problem, log.problem);
});

Deno.test("read() skips and counts lines that it does not know", async () => {
  const log = await readLog(
    `${HEAD}novelty,1\n\ncode-creation,JS,x\n${PROGRAM.slice(HEAD.length)}`,
  );
  equal(log.skipped, 3);
  match(log.problem!, /^Cannot understand 3 lines of "isolate-0x1-42-42.log": V8 15/);
  equal(framesText(log, 0x3014).length, 2);
});

Deno.test("read() skips numbers that no V8 writes", async () => {
  const huge = [
    "code-creation,Builtin,3,99999999999999999999,0x1000,64,Time",
    "code-creation,Builtin,3,9007199254740991,0x1000,64,Later",
    "code-creation,Builtin,3,20,0xffffffffffffffff,64,Address",
    "code-creation,Builtin,3,20,0x1000,99999999999,Size",
    "code-creation,Builtin,3,20,1000,64,Decimal",
    "code-move,0x1000",
    "code-source-info,0x1000,-1,0,0,,,",
    "script-source,1",
  ];
  const log = await readLog(`${HEAD}${huge.join("\n")}\n${PROGRAM.slice(HEAD.length)}`);
  equal(log.skipped, huge.length);
  equal(framesText(log, 0x3014).length, 2);
});

Deno.test("read() reports its progress, and does not keep long lines", async () => {
  const seen: number[] = [];
  const long = `script-source,9,file:///app/long.js,${"x".repeat(5_000_000)}\n`;
  const log = await readLog(HEAD + long + PROGRAM.slice(HEAD.length), {
    progress: (bytes) => void seen.push(bytes),
  });
  equal(seen.at(-1), HEAD.length + long.length + PROGRAM.length - HEAD.length);
  equal(log.skipped, 0);
  equal(framesText(log, 0x3014).length, 2);
});
