import { deepEqual, equal, match, ok } from "node:assert/strict";

import { Activation } from "../../lib/activation/activation.ts";
import {
  accessorText,
  type CallAgain,
  enteredText,
  type FrameOwner,
  frameOwner,
  guardExpression,
  guardStatement,
  limitHolderText,
  OFF,
  ON,
  PIECE_NAME,
  type PieceOptions,
  pieceTexts,
  RUNTIME_EXPRESSION,
  touchText,
  UNDECIDED,
} from "../../lib/activation/instrumented_code.ts";

const CALL: CallAgain = {
  id: 7,
  runtime: "$",
  entry: "e2",
  self: "f",
  receiver: "this",
  passed: ",a,b",
};

/** A runtime that notes how it is called. */
function noting(state: number) {
  const calls: unknown[] = [];
  const e2 = (
    id: number,
    fn: (...args: unknown[]) => unknown,
    self: unknown,
    ...args: unknown[]
  ) => {
    calls.push([id, ...args]);
    return fn.apply(self, args);
  };
  return { state, e2, calls };
}

Deno.test("guardStatement() calls the function again while on, and only once", () => {
  const make = new Function(
    "$",
    `return function f(a,b){${guardStatement(CALL)}return [this.x,a,b]}`,
  );
  for (const state of [OFF, ON, 3]) {
    const runtime = noting(state);
    deepEqual(make(runtime).call({ x: 1 }, 2, 3), [1, 2, 3]);
    deepEqual(runtime.calls, state === OFF ? [] : [[7, 2, 3]]);
    equal(runtime.state, state === OFF ? OFF : ON);
  }
});

Deno.test("guardExpression() does so in front of an arrow function's expression", () => {
  const call = { ...CALL, receiver: "void 0" };
  const make = new Function("$", `const f=(a,b)=>${guardExpression(call)}[a,b]);return f`);
  for (const state of [OFF, ON, 3]) {
    const runtime = noting(state);
    deepEqual(make(runtime)(2, 3), [2, 3]);
    deepEqual(runtime.calls, state === OFF ? [] : [[7, 2, 3]]);
    equal(runtime.state, state === OFF ? OFF : ON);
  }
});

Deno.test("all that the texts call is in the runtime", () => {
  const texts = [
    guardStatement(CALL),
    guardExpression(CALL),
    pieceTexts(PIECE).start,
    pieceTexts({ ...PIECE, isArrow: true }).start,
    limitHolderText("$"),
    touchText("$", 7),
    accessorText("$", { holder: "C", key: '"k"', kind: "get" }),
    enteredText("$"),
  ];
  const activation = new Activation();
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\$\$?\.(\w+)/g)].map(([, name]) => name!)
  );
  ok(names.length > 6);
  for (const name of names) ok(name in activation, name);
});

const PIECE: PieceOptions = {
  id: 7,
  runtime: "$",
  isBlock: true,
  hasReceiver: false,
  isArrow: false,
  parameters: [],
  values: [],
  results: [],
};

/** Runs a text with a runtime that has pieces called as they are. */
function runPiece(text: string, ...values: unknown[]): unknown {
  type Body = (...args: unknown[]) => unknown;
  const $ = {
    pieceOf: (_id: number) => (body: Body, self?: unknown, ...args: unknown[]) =>
      body.apply(self, args),
    runArrow: (_id: number, body: Body, ...args: unknown[]) => body(...args),
  };
  return new Function("$", "a", "b", text)($, ...values);
}

Deno.test("pieceTexts() passes variables as arguments, and gives the assigned ones back", () => {
  const names = ["a", "b"];
  const one = pieceTexts({ ...PIECE, parameters: names, values: names, results: ["a"] });
  equal(runPiece(`${one.start}a+=b;${one.end};return a`, 2, 3), 5);
  const both = pieceTexts({ ...PIECE, parameters: names, values: names, results: names });
  deepEqual(runPiece(`${both.start}[a,b]=[b,a];${both.end};return [a,b]`, 2, 3), [3, 2]);
  const value = pieceTexts({ ...PIECE, isBlock: false, parameters: names, values: names });
  equal(runPiece(`return ${value.start}a*b${value.end}`, 2, 3), 6);
});

Deno.test("pieceTexts() calls the runtime by no member, so that V8 infers no names from it", () => {
  for (const isArrow of [false, true]) {
    const { start, end } = pieceTexts({ ...PIECE, isBlock: false, isArrow });
    equal(runPiece(`return ${start}(() => {const g=()=>{};return g.name})()${end}`), "g");
    ok(start.startsWith(isArrow ? "(0,$.runArrow)(7," : "(0,$.pieceOf)(7)("));
    const stack = runPiece(`return ${start}(() => new Error().stack)()${end}`) as string;
    match(stack.split("\n")[1]!, /^ {4}at (?:<anonymous>|eval|file:)/);
  }
});

Deno.test("pieceTexts() gives a piece its receiver, or leaves this outside", () => {
  const own = pieceTexts({ ...PIECE, isBlock: false, hasReceiver: true });
  equal(runPiece(`return function(){return ${own.start}this.x${own.end}}.call({x:1})`), 1);
  const outer = pieceTexts({ ...PIECE, isArrow: true });
  equal(
    runPiece(`let r;(function(){${outer.start}r=this.x;${outer.end}}).call({x:1});return r`),
    1,
  );
});

Deno.test("a piece has the name by which frameOwner() finds its frame", () => {
  const { start } = pieceTexts({ ...PIECE, runtime: RUNTIME_EXPRESSION });
  const [name] = /\$xperf\d+p\b/.exec(start)!;
  equal(frameOwner("file:///app.js", name), "piece");
});

Deno.test("a new Activation has not been decided", () => {
  equal(new Activation().state, UNDECIDED);
});

Deno.test("frameOwner() takes every module below our root for ours, by its place", () => {
  const lib = new URL("../../lib/", import.meta.url).href;
  const table: [string, string | null, FrameOwner][] = [
    [`${lib}activation/activation.ts`, "#runPiece", "entry"],
    [`${lib}activation/activation.ts`, "touch", "entry"],
    [`${lib}activation/activation.ts`, "call", "reentry"],
    [`${lib}engines/wasm/wasm_engine.ts`, null, "reentry"],
    [`${lib}a/module/of/tomorrow.ts`, "f", "reentry"],
    [`${lib}api/with_perf.ts`, "enter", "wrapper"],
    [`${lib}demo.ts`, "foo", "program"],
    ["file:///app/lib/activation/activation.ts", "runPiece", "program"],
    ["file:///app/lib/activation/activation.ts", PIECE_NAME, "piece"],
    ["", null, "program"],
  ];
  for (const [url, name, owner] of table) equal(frameOwner(url, name), owner, url);
});
