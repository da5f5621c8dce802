import { deepEqual, equal } from "node:assert/strict";

import { PIECE_NAME } from "../../../lib/activation/instrumented_code.ts";
import {
  type CallSite,
  placedSite,
  programSites as programSitesOf,
} from "../../../lib/instrument/stacks/call_sites.ts";
import { callSite } from "../../support/call_sites.ts";

const lib = (path: string) => import.meta.resolve(`../../../lib/${path}`);

const program = (name: string, line: number) => callSite({ name, line, file: "file:///a.js" });
/** The trampoline of function 7, in a module whose first trampoline is number 5 and has index 10. */
const TRAMPOLINE = callSite({
  name: null,
  script: "wasm://wasm/xperf-10-5-1a2b",
  text: "wasm://wasm/xperf-10-5-1a2b:wasm-function[12]:0x10",
});
const CALL = callSite({ name: "c2", file: lib("engines/wasm/wasm_engine.ts") });
const ENTRY = callSite({ name: "#runPiece", file: lib("activation/activation.ts") });
const WRAPPER = callSite({ name: "wrapped", file: lib("api/with_perf.ts") });
const STAND_IN = callSite({ name: "_compile", file: lib("instrument/require_hook.ts"), line: 9 });

const nameOf = (id: number) => id === 7 ? "Holder.f" : undefined;
const programSites = (sites: readonly CallSite[], limit = 10) =>
  programSitesOf(sites, nameOf, limit);
const texts = (sites: CallSite[], limit?: number) => programSites(sites, limit).map(String);

Deno.test("programSites() makes one frame of a function that called itself again", () => {
  const [inner, outer] = [
    program("f", 20),
    callSite({ name: "new f", file: "file:///a.js", isConstructor: true }),
  ];
  const sites = programSites([inner, CALL, TRAMPOLINE, outer, program("main", 3)]);
  deepEqual(sites.map(String), ["new f (file:///a.js:20:1)", "main (file:///a.js:3:1)"]);
  // The outer frame knows how it was called, the inner one where it is.
  const [merged] = sites;
  deepEqual([merged!.isConstructor(), merged!.getFunctionName(), merged!.getLineNumber()], [
    ...[true, "new f", 20],
  ]);
});

Deno.test("programSites() makes one frame of a function and its piece", () => {
  const piece = program(PIECE_NAME, 20);
  const merged = ["g (file:///a.js:30:1)", "f (file:///a.js:20:1)"];
  deepEqual(texts([program("g", 30), piece, TRAMPOLINE, ENTRY, program("f", 4)]), merged);
  // Inactive, the function calls the piece itself.
  deepEqual(texts([program("g", 30), piece, program("f", 4)]), merged);
  deepEqual(texts([piece, program("f", 4), piece, program("f", 5)]), [
    "f (file:///a.js:20:1)",
    "f (file:///a.js:20:1)",
  ]);
  // There was no stack left for the piece.
  deepEqual(texts([ENTRY, program("f", 4)]), ["f (file:///a.js:4:1)"]);
});

Deno.test("programSites() leaves a piece alone whose callers captureStackTrace() cut apart", () => {
  const piece = program(PIECE_NAME, 20);
  deepEqual(texts([TRAMPOLINE, piece, program("g", 4)]), ["g (file:///a.js:20:1)"]);
  deepEqual(texts([program("g", 1), CALL, WRAPPER, piece, program("f", 4)]), [
    "g (file:///a.js:1:1)",
    "f (file:///a.js:20:1)",
  ]);
});

Deno.test("programSites() takes the frames of wrappers out, and merges nothing there", () => {
  deepEqual(texts([program("f", 2), CALL, TRAMPOLINE, WRAPPER, program("main", 3)]), [
    "f (file:///a.js:2:1)",
    "main (file:///a.js:3:1)",
  ]);
  deepEqual(texts([program("f", 2), CALL, TRAMPOLINE]), ["f (file:///a.js:2:1)"]);
});

Deno.test("programSites() leaves out a function at which captureStackTrace() cut the stack", () => {
  const main = program("main", 3);
  deepEqual(texts([TRAMPOLINE, program("f", 4), main]), ["main (file:///a.js:3:1)"]);
  // A trampoline that is another function's belongs to a frame that is gone.
  deepEqual(texts([TRAMPOLINE, program("other", 4), main]), [
    "other (file:///a.js:4:1)",
    "main (file:///a.js:3:1)",
  ]);
});

Deno.test("programSites() makes one frame of a function of the runtime and what stands in for it", () => {
  const compile = callSite({ name: "Module._compile", file: "node:internal/modules/cjs/loader" });
  const main = program("main", 3);
  // The stand-in is where the runtime's function would be called; its own place is ours.
  const [inner, outer, ...others] = programSites([compile, STAND_IN, main]);
  deepEqual([String(inner), others.length], [`_compile (${compile.getFileName()}:1:1)`, 0]);
  equal(String(outer), "main (file:///a.js:3:1)");
  // Without a frame of the runtime's function the stand-in has no place of the program's.
  deepEqual(texts([STAND_IN, main]), ["main (file:///a.js:3:1)"]);
});

Deno.test("programSites() leaves a plain stack as it is", () => {
  const sites = [program("f", 1), callSite({ script: "wasm://wasm/other-1a" }), program("g", 2)];
  equal(programSites(sites), sites);
  const none: CallSite[] = [];
  equal(programSites(none), none);
  deepEqual(programSites([WRAPPER, ...sites]), sites);
});

Deno.test("programSites() has as many frames as are wanted, of a stack with more", () => {
  const plain = ["a", "b", "c"].map((name, i) => program(name, i + 1));
  equal(programSites(plain, 3), plain);
  deepEqual(programSites(plain, 2), plain.slice(0, 2));
  // `Error.stackTraceLimit` can be any number.
  for (const [limit, count] of [[2.9, 2], [0, 0], [-1, 0], [Infinity, 3]] as const) {
    equal(programSites(plain, limit).length, count, `${limit}`);
  }
  // The last frame is whole: it knows how it was called by the frame behind it.
  const outer = callSite({ name: "new f", file: "file:///a.js", isConstructor: true });
  deepEqual(texts([program("f", 20), CALL, TRAMPOLINE, outer, program("main", 3)], 1), [
    "new f (file:///a.js:20:1)",
  ]);
});

Deno.test("placedSite() replaces line and column, also in the text", () => {
  const site = callSite({ name: "f", file: "/a.js", script: "file:///a.js", line: 2, column: 30 });
  const placed = placedSite(site, { line: 7, column: 5 });
  deepEqual([placed.getLineNumber(), placed.getColumnNumber()], [7, 5]);
  equal(String(placed), "f (file:///a.js:7:5)");
  equal(placed.getThis(), site.getThis());
  // Node writes the path of a CommonJS module.
  const text = "f (/a.js:2:30)";
  const path = callSite({
    name: "f",
    file: "/a.js",
    script: "file:///a.js",
    line: 2,
    column: 30,
    text,
  });
  equal(String(placedSite(path, { line: 7 })), "f (/a.js:7:30)");
  equal(String(placedSite(site, {})), String(site));
});

Deno.test("placedSite() replaces the origin of evaluated code", () => {
  const evalOrigin = "eval at f (a.js:2:30)";
  const text = `eval (${evalOrigin}, <anonymous>:1:1)`;
  const site = callSite({ name: "eval", file: null, script: null, evalOrigin, text });
  const placed = placedSite(site, { evalOrigin: "eval at f (a.js:7:5)" });
  equal(placed.getEvalOrigin(), "eval at f (a.js:7:5)");
  equal(String(placed), "eval (eval at f (a.js:7:5), <anonymous>:1:1)");
});

Deno.test("programSites() calls no setter that the program has put on arrays", () => {
  let isCalled = false;
  Object.defineProperty(Array.prototype, 0, { configurable: true, set: () => isCalled = true });
  try {
    equal(programSites([program("f", 1), TRAMPOLINE, WRAPPER]).length, 1);
  } finally {
    delete (Array.prototype as unknown as Record<number, unknown>)[0];
  }
  equal(isCalled, false);
});
