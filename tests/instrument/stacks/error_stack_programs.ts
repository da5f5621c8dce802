/*
 * Programs that print stacks, each in its own way, or end by an uncaught error. They run in Deno
 * and Node unchanged. So, unless stated otherwise, they use only TypeScript that Node can strip.
 */

import { formatInlineMap } from "../../../lib/source/source_positions.ts";

/** A program whose output must not depend on instrumentation. */
export interface StackProgram {
  /** The error and its place, in words. */
  name: string;
  /** Its modules by their names; the first is started. A text alone is `main.ts`. */
  modules: string | Readonly<Record<string, string>>;
  /** The reason why the stacks are not yet the plain ones. */
  limit?: string;
  /** The reason why they are not the plain ones in Node. */
  nodeLimit?: string;
  /** Whether Node cannot run it. @default false */
  denoOnly?: boolean;
}

/** The programs. */
export const STACK_PROGRAMS: readonly StackProgram[] = [
  {
    name: "an error through functions of every kind, uncaught",
    modules: `
interface Options { depth: number }
function declaration({ depth }: Options): number { return expression(depth + 1); }
const expression = function (depth: number): number {
  return arrow(depth);
};
const arrow = (depth: number): number => object.method(depth);
const object = {
  method(depth: number): number { return object.property(depth); },
  property: (depth: number): number => { if (depth) throw new TypeError("depth " + depth); return depth; },
};
declaration({ depth: 1 });
`,
  },
  {
    name: "an error through functions of every kind, caught and printed twice",
    modules: `
function fail(): never { throw new Error("first"); }
function attempt(body: () => void): unknown {
  try { body(); } catch (error) { return error; } finally { void 0; }
}
const error = attempt(() => fail()) as Error;
console.log(error.stack);
console.log(error);
console.error(attempt(() => { throw error; }));
`,
  },
  {
    name: "after an await, uncaught",
    modules: `
async function inner(): Promise<number> {
  await null;
  throw new Error("late");
}
async function middle(): Promise<number> {
  const value = await inner();
  return value + 1;
}
const outer = async () => await middle();
await outer();
`,
  },
  {
    name: "at the top level, after an await",
    modules: `
const value: number = await Promise.resolve(1);
if (value) throw new RangeError("top");
`,
  },
  {
    name: "at the top level, in the midst of an expression",
    modules:
      `const a: { b?: { c: number } } = {}; const list = [1, 2].map((n) => n + a.b!.c); console.log(list);`,
  },
  {
    name: "async functions in Promise.all, any and race, and thenables",
    modules: `
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
async function fails(n: number) { await sleep(1); throw new Error("n" + n); }
async function all() { await Promise.all([sleep(1), fails(1)]); }
async function any() { await Promise.any([fails(2), fails(3)]); }
async function settled() { return (await Promise.allSettled([fails(4)]))[0]; }
async function race() { await Promise.race([fails(5)]); }
async function thenable() { await { then() { throw new Error("then"); } }; }
for (const run of [all, any, settled, race, thenable]) {
  try { const result = await run(); console.log((result as any).reason.stack); } catch (error: any) {
    console.log(error.stack);
    for (const one of error.errors ?? []) console.log(one.stack);
  }
}
`,
  },
  {
    name: "an unhandled rejection",
    modules: `
function later() { return Promise.resolve(1).then(function step(x) { return check(x); }); }
function check(x: number) { if (x) throw new Error("unhandled"); }
later().then(() => console.log("never"));
`,
  },
  {
    name: "in constructors, fields and static blocks",
    modules: `
class Base {
  field = this.compute();
  constructor(readonly_: number) { if (readonly_ > 1) throw new Error("base " + readonly_); }
  compute() { if (new.target === undefined) return trace("field"); }
}
class Derived extends Base {
  #secret = 1;
  constructor(n: number) { super(n); this.#check(); }
  #check() { if (this.#secret) throw new Error("private"); }
  static make(n: number) { return new this(n); }
}
class Implicit extends Base {}
function trace(what: string) { console.log(new Error(what).stack); }
for (const make of [() => new Base(2), () => new Derived(2), () => Derived.make(1), () => new Implicit(3)]) {
  try { make(); } catch (error) { console.log((error as Error).stack); }
}
class Static { static { trace("block"); } static value = trace("static"); ["computed" + trace("key")] = trace("instance"); }
new Static();
function Old(this: any) { trace("old"); }
new (Old as any)();
Reflect.construct(Old, [], Derived);
`,
  },
  {
    name: "in getters, setters, proxies and conversions",
    modules: `
const say = (what: string) => { console.log(new Error(what).stack); return 1; };
const object = {
  get value() { return say("get"); },
  set value(x) { say("set"); },
  [Symbol.toPrimitive]() { return say("primitive"); },
  toJSON() { return say("json"); },
};
object.value = object.value;
\`\${object}\`; +(object as any); JSON.stringify([object]);
const proxy: any = new Proxy(function target() {}, {
  get(_, key) { say("trap " + String(key)); },
  apply() { return say("apply"); },
  construct() { say("construct"); return {}; },
});
proxy.key; proxy(); new proxy();
const tag = (strings: TemplateStringsArray, ...values: unknown[]) => say("tag " + values.length);
tag\`a\${1}b\`;
class WithAccessor { static get here() { return say("static get"); } static set here(x) { say("static set"); } }
WithAccessor.here = WithAccessor.here;
`,
  },
  {
    name: "in callbacks of builtins",
    modules: `
function visit(this: unknown, what: unknown): any { console.log(new Error("visit").stack!.split("\\n").slice(1).join("\\n")); return what; }
[1].forEach(visit);
[1].map((x) => visit(x));
[2, 1].sort((a, b) => { visit(a); return a - b; });
[1].reduce((sum, x) => sum + visit(x), 0);
"a".replace(/a/, (found) => visit(found));
JSON.parse("[1]", (key, value) => visit(value));
new Map([[1, 2]]).forEach(visit);
Array.from([1], visit);
Array.from({ *[Symbol.iterator]() { yield visit(1); } });
Reflect.apply(visit, undefined, [1]);
visit.call(null, 1); visit.apply(null, [1]); visit.bind(null)(1);
new Promise((resolve) => resolve(visit(1)));
const { a = visit(1) } = {} as any;
Object.groupBy([1], visit);
[[1]].flatMap(visit);
Function.prototype.call.call(visit, 1);
`,
  },
  {
    name: "errors that builtins make",
    limit: "V8 places the lack of super() at the constructor, ours at its body",
    modules: `
const attempts: Record<string, () => unknown> = {
  json() { return JSON.parse("{oops"); },
  undefinedProperty() { const x: any = undefined; return x.y.z; },
  notCallable() { const x: any = { y: 1 }; return x.y(2); },
  notConstructor: () => new (attempts as any).missing(),
  notIterable() { const [a] = 5 as any; return a; },
  destructured: () => (({ a: { b } }: any) => b)({}),
  dead() { read; const read = 1; return read; },
  constant() { const c = 1; (c as any) = 2; },
  undeclared() { return (missingName as any) + 1; },
  frozen() { (Object.freeze({ a: 1 }) as any).a = 2; },
  length() { return new Array(-1); },
  symbol() { return Symbol() + ""; },
  bigint() { return (1n as any) + 1; },
  spread() { return [...(null as any)]; },
  instance() { return {} instanceof ({} as any); },
  inside() { return "a" in ("b" as any); },
  url() { return decodeURIComponent("%"); },
  pattern() { return new RegExp("["); },
  private_() { class A { #p = 1; static read(a: any) { return a.#p; } } return A.read({}); },
  superTwice() { class A {} class B extends A { constructor() { super(); super(); } } return new B(); },
  noSuper() { class A {} class B extends A { constructor() { if (1 < 0) super(); } } return new B(); },
  classCalled() { class A {} return (A as any)(); },
  awaited() { const x: any = null; return [1].map(async () => x.y) && x.z; },
  reduced() { return ([] as number[]).reduce((a, b) => a + b); },
  repeated() { return "a".repeat(-1); },
};
declare const missingName: unknown;
for (const name in attempts) {
  try { attempts[name](); } catch (error) { console.log(name, (error as Error).stack); }
}
`,
  },
  {
    name: "a JSON.parse that fails uncaught",
    modules: `
function parse(text: string) { return JSON.parse(text); }
const load = () => parse("{ nothing");
load();
`,
  },
  {
    name: "recursion deeper than ten frames",
    modules: `
function down(n: number): number { return n === 0 ? fail() : down(n - 1) + 1; }
const fail = (): never => { throw new Error("deep"); };
try { down(5); } catch (error) { console.log((error as Error).stack); }
try { down(30); } catch (error) { console.log((error as Error).stack); }
const pingPong = { ping(n: number): void { n ? this.pong(n - 1) : fail(); }, pong(n: number): void { this.ping(n); } };
pingPong.ping(40);
`,
  },
  {
    name: "a stack overflow",
    modules: `
function forever(): number { return forever() + 1; }
try { forever(); } catch (error) {
  const [first, ...frames] = (error as Error).stack!.split("\\n");
  console.log(error instanceof RangeError, first, frames.length, frames.every((frame) => / forever .*:2:/.test(frame)));
}
const endless = { get x(): number { return this.x + 1; } };
try { endless.x; } catch (error) { console.log(String(error), new Error("after").stack); }
`,
  },
  {
    name: "Error.captureStackTrace",
    modules: `
class HttpError extends Error {
  constructor(message: string) { super(message); Error.captureStackTrace(this, HttpError); this.name = "HttpError"; }
}
function helper() { throw new HttpError("hidden constructor"); }
try { helper(); } catch (error) { console.log((error as Error).stack); }
const plain: { stack?: string } = {};
function capture() { Error.captureStackTrace(plain); }
function captureAbove() { inner(); function inner() { Error.captureStackTrace(plain, captureAbove); } }
function unrelated() {}
capture(); console.log(plain.stack);
(() => captureAbove())(); console.log(plain.stack);
Error.captureStackTrace(plain, unrelated); console.log(plain.stack);
function outermost() { middle(); } function middle() { innermost(); }
function innermost() { Error.captureStackTrace(plain, outermost); }
(function caller() { outermost(); })(); console.log(plain.stack);
console.log(Object.getOwnPropertyNames(plain), Object.keys(new HttpError("x")));
`,
  },
  {
    name: "Error.stackTraceLimit",
    modules: `
function down(n: number): string { return n === 0 ? new Error("limit").stack! : down(n - 1); }
console.log(Error.stackTraceLimit, down(20));
for (const limit of [0, 1, 3, 15, 100, Infinity, -1]) { Error.stackTraceLimit = limit; console.log(limit, Error.stackTraceLimit, down(20)); }
(Error as any).stackTraceLimit = "many"; console.log(down(1));
delete (Error as any).stackTraceLimit; console.log(down(1), "stackTraceLimit" in Error);
Error.stackTraceLimit = 2; down.call(null, 1); (null as any).x;
`,
  },
  {
    name: "Error.prepareStackTrace and its call sites",
    nodeLimit: "the program sees Node's own frames, which differ with the loading",
    modules: `
(Error as any).prepareStackTrace = (error: Error, sites: any[]) => {
  console.log("prepared", error.message, sites.length);
  return sites.map((site) => [
    site.getFunctionName(), site.getTypeName(), site.getMethodName(), String(site.getFileName()).split("/").pop(),
    site.getLineNumber(), site.getColumnNumber(), site.isNative(), site.isToplevel(), site.isConstructor(),
    site.isEval(), site.isAsync(), site.isPromiseAll(), typeof site.getThis(), typeof site.getFunction(), site.toString().split("/").pop(),
  ].join(" ")).join("\\n");
};
class Box { constructor() { console.log(new Error("new").stack); } method() { return new Error("method").stack; } static s() { return new Error("static").stack; } }
console.log(new Box().method(), Box.s());
console.log([1].map(() => new Error("map").stack)[0]);
async function later() { await null; return new Error("async").stack; }
async function outer() { const stack = await later(); return stack; }
console.log(await outer());
function down(n: number): any { return n ? down(n - 1) : new Error("down").stack; }
console.log(down(15));
Error.stackTraceLimit = 3;
console.log(down(15));
const holder: any = {}; Error.captureStackTrace(holder); console.log(holder.stack);
(Error as any).prepareStackTrace = () => { throw new TypeError("while preparing"); };
try { console.log(new Error("x").stack); } catch (error) { console.log((error as Error).message); }
(Error as any).prepareStackTrace = undefined;
console.log(new Error("default again").stack);
`,
  },
  {
    name: "prepareStackTrace that copies call sites, as source-map-support does",
    nodeLimit: "the program sees Node's own frames, which differ with the loading",
    modules: `
(Error as any).prepareStackTrace = (error: Error, sites: any[]) => error + sites.map((site) => {
  const copy: any = {};
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(site))) copy[name] = () => site[name].call(site);
  return "\\n    at " + [copy.getFunctionName(), copy.getLineNumber(), copy.getColumnNumber(), copy.isNative(), copy.toString().split("/").pop()].join(" ");
}).join("");
function fail(): never { throw new Error("copied"); }
const attempt = () => { try { [1].map(() => fail()); } catch (error) { console.log((error as Error).stack); } };
attempt();
fail();
`,
  },
  {
    name: "prepareStackTrace that fails, and an uncaught error",
    modules: `
function fail(): never { throw new RangeError("uncaught"); }
(Error as any).prepareStackTrace = () => { throw new TypeError("while preparing"); };
fail();
`,
  },
  {
    name: "prepareStackTrace that asks for its caller's position",
    nodeLimit: "the program counts Node's own frames, which differ with the loading",
    modules: `
function callerLine(): string {
  const { prepareStackTrace: before, stackTraceLimit } = Error as any;
  (Error as any).prepareStackTrace = (_: Error, sites: any[]) => sites;
  Error.stackTraceLimit = 2;
  const sites = new Error().stack as any;
  (Error as any).prepareStackTrace = before;
  Error.stackTraceLimit = stackTraceLimit;
  return sites.length + " " + sites[1].getFunctionName() + " " + sites[1].getLineNumber() + ":" + sites[1].getColumnNumber();
}
function user() { return callerLine(); }
console.log(user(), [1].map(() => callerLine())[0], callerLine());
console.log(new Error().stack!.split("\\n").length);
`,
  },
  {
    name: "errors that caused each other, uncaught",
    nodeLimit: "Node counts the frames of its own that both stacks share",
    modules: `
function fail(): never {
  const first = new Error("first"), second = new Error("second", { cause: first });
  first.cause = second;
  throw first;
}
fail();
`,
  },
  {
    name: "an error whose stack has been replaced, uncaught",
    modules: `
function replace(error: Error): Error {
  error.stack = "other: " + error.stack;
  return error;
}
const fail = async (...rest: number[]): Promise<never> => {
  await null;
  throw replace(new Error("replaced " + rest.length + "\\n    at nowhere"));
};
await fail(1, 2);
`,
  },
  {
    name: "causes, aggregates and subclasses",
    nodeLimit:
      "Node counts the frames that causes share, its own among them, which differ with the loading",
    modules: `
class ParseError extends SyntaxError { override name = "ParseError"; constructor(public_: string, options?: ErrorOptions) { super(public_, options); } }
function low(): never { throw new TypeError("low"); }
function mid() { try { low(); } catch (cause) { throw new ParseError("mid", { cause }); } }
function high() { try { mid(); } catch (cause) { throw new AggregateError([cause, new Error("other")], "high", { cause }); } }
try { high(); } catch (error: any) { console.log(error.stack, error.cause.stack, error.cause.cause.stack, error.errors[1].stack); console.log(error); }
high();
`,
  },
  {
    name: "util.getCallSites",
    denoOnly: true,
    modules: `
import util from "node:util";
const show = (sites: util.CallSiteObject[]) => console.log(JSON.stringify(sites));
async function f() { await null; show(util.getCallSites()); const g = () => show(util.getCallSites(2)); g(); return (() => show(util.getCallSites(1)))(); }
class A { m() { return [1].map(() => show(util.getCallSites(4))); } async n() { await 1; this.m(); } }
function deep(n: number): void { if (n > 0) deep(n - 1); else show(util.getCallSites(3)); }
await f();
await new A().n();
deep(30);
const made = (function down(n: number): Error { return n > 0 ? down(n - 1) : new Error("after"); })(30);
console.log(made.stack, Error.stackTraceLimit);
`,
  },
  {
    name: "generators and iteration",
    modules: `
function* numbers(n: number): Generator<number> { yield 1; if (n) yield* numbers(n - 1); throw new Error("generator"); }
function drain(iterable: Iterable<number>) { for (const x of iterable) void x; }
try { drain(numbers(2)); } catch (error) { console.log((error as Error).stack); }
try { [...numbers(0)]; } catch (error) { console.log((error as Error).stack); }
const g = numbers(1); g.next();
try { g.throw(new Error("thrown in")); } catch (error) { console.log((error as Error).stack); }
function* cleanup() { try { yield 1; } finally { console.log(new Error("return").stack); } }
for (const _ of cleanup()) break;
async function* stream() { yield 1; await null; throw new Error("async generator"); }
async function consume() { for await (const x of stream()) void x; }
try { await consume(); } catch (error) { console.log((error as Error).stack); }
const iterator = { [Symbol.iterator]() { return { next() { throw new Error("next"); } }; } };
try { drain(iterator as any); } catch (error) { console.log((error as Error).stack); }
const [first] = (function* () { yield new Error("in yield").stack; })(); console.log(first);
drain(numbers(1));
`,
  },
  {
    name: "an async generator that fails, uncaught",
    modules: `
async function* stream() { for (let i = 0; ; i++) { yield i; await null; if (i === 2) throw new Error("third"); } }
async function sum() { let sum = 0; for await (const x of stream()) sum += x; return sum; }
console.log(await sum());
`,
  },
  {
    name: "timers, microtasks and events",
    nodeLimit: "an uncaught error's excerpt names the module that calls through Node-API",
    modules: `
import { EventEmitter } from "node:events";
import process from "node:process";
const trace = (what: string) => console.log(new Error(what).stack);
const emitter = new EventEmitter();
emitter.on("event", function listener() { trace("emitter"); });
emitter.emit("event");
const target = new EventTarget();
target.addEventListener("event", () => trace("target"));
target.dispatchEvent(new Event("event"));
const steps: [(step: () => void) => unknown, string][] = [
  [(step) => process.nextTick(step), "tick"],
  [queueMicrotask, "microtask"],
  [(step) => setImmediate(step), "immediate"],
  [(step) => setTimeout(step, 1), "timeout"],
  [(step) => setTimeout(function timer() { step(); }, 1), "in a function"],
];
function next() {
  const [start, name] = steps.shift() ?? fail();
  start(() => { trace(name); next(); });
}
function fail(): never { throw new Error("in a timer"); }
next();
`,
  },
  {
    name: "a handler of uncaught exceptions",
    modules: `
import process from "node:process";
process.on("uncaughtException", (error, origin) => { console.log(origin, error.stack); });
process.on("unhandledRejection", (reason) => { console.log("rejected", (reason as Error).stack); });
setTimeout(() => {
  setTimeout(async () => { await null; throw new Error("async in a timer"); });
  throw new Error("in a timer");
});
`,
  },
  {
    name: "events of errors, with their positions",
    denoOnly: true,
    modules: `
addEventListener("error", (event) => { event.preventDefault(); console.log(event.message, event.filename, event.lineno, event.colno, event.error.stack); });
addEventListener("unhandledrejection", (event) => { event.preventDefault(); console.log(event.reason.stack); });
setTimeout(function fails() { throw new Error("timer"); });
setTimeout(async function rejects() { await 1; throw new Error("reject"); }, 5);
reportError(new Error("reported"));
`,
  },
  {
    name: "something thrown that is no error",
    modules: `
function fail(): never { throw { code: 7, nested: { deep: [1, 2] } }; }
try { fail(); } catch (error) { console.log(error); }
(() => { throw "a text"; })();
`,
  },
  {
    name: "null thrown",
    modules: `function fail(): never { throw null; }\nfail();`,
  },
  {
    name: "eval and new Function",
    limit: "code of eval is placed in the arrow function",
    modules: `
function evaluated() { return (0, eval)("function inner() { return new Error('evaluated').stack } inner()"); }
console.log(evaluated());
console.log(eval("(() => new Error('direct').stack)()"));
console.log(new Function("return new Error('constructed').stack")());
try { eval("}"); } catch (error) { console.log((error as Error).stack); }
try { new Function("a b"); } catch (error) { console.log((error as Error).stack); }
`,
  },
  {
    name: "parameters that fail",
    modules: `
const fail = (what = "default"): never => { throw new Error(what); };
function defaults(a: number, b: number = fail(), c = a) { return b + c; }
function destructures({ x: { y } }: any, [z = fail("element")]: any[] = []) { return y + z; }
const arrow = (a = fail("arrow")) => a;
async function asynchronous(a = fail("async")) { return await a; }
function* generator(a = fail("generator")) { yield a; }
const object = { method(a = fail("method")) { return a; }, set x(value: any) { fail("set"); } };
for (const attempt of [() => defaults(1), () => destructures({}), () => destructures({ x: {} }), () => arrow(), () => generator(), () => object.method(), () => object.x = 1]) {
  try { attempt(); } catch (error) { console.log((error as Error).stack); }
}
await asynchronous();
`,
  },
  {
    name: "one line of minified code",
    modules: {
      "main.mjs":
        `function a(b){return b?c(b-1):d()}function c(b){return a(b)}var d=()=>{throw new Error("min")},e={f(){return a(2)},get g(){return e.f()}};class h{static i=()=>e.g;j(){return h.i()}}try{new h().j()}catch(k){console.log(k.stack)}(async()=>{await 0;new h().j()})();`,
    },
  },
  {
    name: "an error made here and thrown there",
    modules: `
const make = (n: number) => new Error("made " + n);
const errors = [1, 2].map(make);
async function rethrow(error: Error) { try { await null; throw error; } finally { errors.length = 0; } }
const kept = errors[1]!;
try { await rethrow(errors[0]!); } catch (error) { console.log((error as Error).stack); }
await rethrow(kept);
`,
  },
  {
    name: "console.trace and console.assert",
    modules: `
function logged() { console.trace("where %s", "am I"); console.assert(false, "not so"); }
[0].forEach(() => logged());
`,
  },
  {
    name: "an explicit resource whose disposal fails",
    modules: `
class Resource { [Symbol.dispose]() { throw new Error("dispose"); } async [Symbol.asyncDispose]() { await null; throw new Error("async dispose"); } }
const use = (resource: Resource, end: () => void) => { try { end(); } finally { resource[Symbol.dispose](); } };
try { use(new Resource(), () => { throw new Error("body"); }); } catch (error) { console.log((error as Error).stack); }
async function later() { try { await null; } finally { await new Resource()[Symbol.asyncDispose](); } }
await later();
`,
  },
  {
    name: "stackTraceLimit, read and set in every way",
    modules: `
const E = Error, seen: unknown[] = [];
function deep(n: number): number { return n ? deep(n - 1) : new Error("deep").stack!.split("\\n").length - 1; }
const { stackTraceLimit: destructured } = Error;
seen.push(Error.stackTraceLimit, E.stackTraceLimit, destructured, Error["stackTraceLimit"]);
seen.push(Reflect.get(Error, "stackTraceLimit"), Object.getOwnPropertyDescriptor(Error, "stackTraceLimit"));
Reflect.set(Error, "stackTraceLimit", 5); seen.push(deep(20), E.stackTraceLimit);
E.stackTraceLimit = 7; seen.push(deep(20)); Error["stackTraceLimit"] += 1; seen.push(deep(20));
Object.defineProperty(E, "stackTraceLimit", { value: 4 }); seen.push(deep(20));
let assigned; ({ stackTraceLimit: assigned } = E); seen.push(assigned);
const options = { stackTraceLimit: 3 }; options.stackTraceLimit++; seen.push(options);
Error.stackTraceLimit = 0; seen.push(deep(3)); Error.stackTraceLimit = Infinity; seen.push(deep(20) > 20);
delete (Error as any).stackTraceLimit; seen.push(E.stackTraceLimit, new Error("none").stack);
Error.stackTraceLimit = 10; console.log(seen, new Error("end").stack);
`,
  },
  {
    name: "Error.prepareStackTrace as the runtime has it, and put back",
    modules: `
const { prepareStackTrace: usual } = Error;
const show = () => console.log(typeof Error.prepareStackTrace, Error.prepareStackTrace?.name, Error.prepareStackTrace === usual);
show();
function named(): unknown { return new Error("x").stack; }
Error.prepareStackTrace = (error, sites) => error + " in " + sites[0]!.getFunctionName();
console.log(named()); show();
Error.prepareStackTrace = usual;
console.log(named()); show();
`,
  },
  {
    name: "errors with codes of the runtime",
    modules: `
import { readFileSync } from "node:fs";
import { Buffer } from "node:buffer";
for (const fail of [() => readFileSync(5.5 as any, { encoding: 7 } as any), () => Buffer.alloc("a" as any), () => readFileSync("/nowhere")]) {
  try { fail(); } catch (error: any) { console.log(error.code, error.stack.split("\\n")[0]); }
}
console.log(new Error("x").stack);
Buffer.alloc("b" as any);
`,
  },
  {
    name: "Error frozen by the program",
    modules: `
Object.freeze(Error);
async function later() { await null; throw new RangeError("later"); }
try { (null as any).x; } catch (error: any) { console.log(error.stack); }
try { await later(); } catch (error: any) { console.log(error.stack); }
await later();
`,
  },
  {
    name: "calls whose place is a parenthesis",
    modules: {
      "main.mjs": `
const fail = () => { throw new Error("called"); };
const object = { f: () => fail, g: fail, h: () => ({ i: () => fail }) };
for (const call of [() => object.f()(), () => object.g?.(), () => object.h()?.i?.()?.(), () => (0, object.f)()()]) {
  try { call(); } catch (error) { console.log(error.stack); }
}
`,
    },
  },
  {
    name: "a byte-order mark in front of the first line",
    modules: {
      "main.mjs":
        `\ufeffimport { fail } from "./typed.ts"; const outer = () => fail(); try { outer(); } catch (error) { console.log(error.stack); }\nouter();\n`,
      "typed.ts":
        `\ufeffexport const fail = (): never => { throw new Error("behind the mark"); };\n`,
    },
  },
  {
    name: "several modules, one of which fails while it is loaded",
    modules: {
      "main.ts":
        `import { start } from "./lib/start.ts";\n\nconst run = () => start();\nawait run();\n`,
      "lib/start.ts":
        `import { check } from "./check.ts";\n/** Starts. */\nexport async function start(): Promise<void> {\n  try { check(1); } catch (error) { console.log((error as Error).stack); }\n  await import("./broken.ts");\n}\n`,
      "lib/check.ts":
        `export function check(n: number): asserts n is 0 {\n  if (n !== 0) throw new RangeError("checked");\n}\n`,
      "lib/broken.ts":
        `type Never = never;\nexport default function broken(): Never { throw new Error("broken"); }\nbroken();\n`,
    },
  },
  {
    name: "CommonJS",
    limit: "Deno loads CommonJS by other functions where there is a load hook",
    modules: {
      "main.cjs":
        `#!/usr/bin/env node\n"use strict";\nconst { inner } = require("./inner.cjs");\nfunction outer() { return inner(() => { throw new Error("from CommonJS"); }); }\ntry { outer(); } catch (error) { console.log(error.stack); }\ntry { require("./missing.cjs"); } catch (error) { console.log(error.code, error.stack); }\nmodule.exports = function late() { outer(); };\nmodule.exports();\n`,
      "inner.cjs":
        `exports.inner = function (callback) {\n  console.log(new Error("inner").stack);\n  return callback();\n};\nconsole.log(new Error("while loading").stack);\n`,
    },
  },
  {
    name: "CommonJS in TypeScript",
    modules: {
      "main.cts": `
const { inner } = require("./inner.cts");
type Body = () => number;
function outer(depth: number): number { return inner(() => { throw new Error("at " + depth); }); }
try { outer(1); } catch (error) { console.log((error as Error).stack); }
console.log(String(outer), require("./imported.cts").where());
outer(2);
`,
      "inner.cts":
        `module.exports = { inner: function run(body: () => number): number { return body(); } };\n`,
      "imported.cts": `
module.exports.where = function (): string {
  const { stack } = new Error();
  return stack!.split("\\n")[1]!;
};
`,
    },
  },
  {
    name: "CommonJS that a timer ends",
    modules: {
      "main.cjs":
        `"use strict";\nfunction fail(what) { if (what) throw new TypeError(what); }\nsetTimeout(function tick() { for (const x of ["tick"]) fail(x); }, 1);\n`,
    },
  },
  {
    name: "a compiled module with its source map",
    modules: {
      "main.mjs":
        `const fail = (what) => { throw new Error(what); };\nfunction outer() { return [1].map(() => fail("compiled")); }\ntry { outer(); } catch (error) { console.log(error.stack); }\nouter();\n` +
        formatInlineMap({
          version: 3,
          sources: ["source.ts"],
          names: [],
          // Every line ten lines below, in words.
          mappings:
            "AAUA,MAAM,OAAO,UAAU,MAAM,UAAU,MAAM;AACxC,SAAS,QAAQ,OAAO,MAAM,QAAQ,KAAK;AAC3C,MAAM,MAAM,OAAO,OAAO,YAAY,QAAQ;AAC9C,MAAM",
        }),
      "source.ts": `// ${"What it was. ".repeat(9)}\n`.repeat(20),
    },
  },
  {
    name: "a syntax error in a module that is imported later",
    modules: {
      "main.mjs":
        `async function load() { return await import("./broken.mjs"); }\ntry { await load(); } catch (error) { console.log(error.name, error.message); }\nawait load();\n`,
      "broken.mjs": `export const a = 1;\nexport const a = 2;\n`,
    },
  },
  {
    name: "TypeScript whose lines move when it is compiled",
    denoOnly: true,
    modules: `
// Everything here vanishes, or moves.
interface Shape {
  area(): number;
}
type Pair<T> = [
  T,
  T,
];
enum Color {
  Red = 1,
  Green,
}
namespace Geometry {
  export function fail(color: Color): never {
    throw new Error(
      "color " + Color[color],
    );
  }
}
abstract class Square implements Shape {
  constructor(
    private readonly side: number,
    protected color: Color = Color.Green,
  ) {}
  area(): number {
    const pair: Pair<number> = [this.side, this.side];
    return pair
      .map((side): number => this.color === Color.Red ? side : Geometry.fail(this.color))
      .reduce((a, b) => a * b);
  }
}
class Unit extends Square {}
export const area = <T extends Shape>(shape: T) => shape.area();
try { area(new Unit(1)); } catch (error) { console.log((error as Error).stack); }
await (async () => { await null; return area<Square>(new Unit(2)); })();
`,
  },
  {
    name: "JSX",
    denoOnly: true,
    modules: {
      "main.tsx": `/** @jsx h */
/** @jsxFrag null */
type Props = Record<string, unknown> | null;
function h(tag: string | ((props: Props) => unknown), props: Props): unknown {
  return typeof tag === "string" ? { tag, props } : tag(props);
}
function Page(
  props: Props,
): unknown {
  if (props) throw new Error("rendered");
  return <p></p>;
}
const render = () => (
  <Page
    a={() => 1}
  />
);
render();
`,
    },
  },
];
