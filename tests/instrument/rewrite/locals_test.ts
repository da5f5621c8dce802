import { deepEqual, equal } from "node:assert/strict";

import { type Local, Locals } from "../../../lib/instrument/rewrite/locals.ts";
import { bodyTraits } from "../../../lib/instrument/traits/body_traits.ts";
import { functionTraits } from "../../../lib/instrument/traits/function_traits.ts";
import { type Node, parseSource } from "../../../lib/source/syntax_tree.ts";

/** The one function of a text, with its variables. */
function ofFunction(text: string, strict = true): { node: Node; locals: Locals } {
  const [first] = parseSource(text, strict ? "module" : "script")["body"];
  const node = first.type === "ExpressionStatement" ? first["expression"] : first;
  return { node, locals: Locals.ofFunction(node, functionTraits(node), strict) };
}

/** A variable in words; where it has a value only from a place on, the text in front of that place. */
function told(local: Local | undefined, text: string): string {
  if (local === undefined) return "none";
  const { isShared, isConstant, ready } = local;
  return [
    ...isShared ? ["shared"] : [],
    ...isConstant ? ["constant"] : [],
    ready === 0
      ? "ready"
      : ready === Infinity
      ? "never"
      : `after ${text.slice(0, ready).slice(-5)}`,
  ].join(" ");
}

/** Describes the locals of a function with these names, separated by spaces. */
function tell(text: string, names: string, strict = true): Record<string, string> {
  const { locals } = ofFunction(text, strict);
  return Object.fromEntries(names.split(" ").map((name) => [name, told(locals.find(name), text)]));
}

Deno.test("Locals.ofFunction() has parameters, var, let and const, with the place of their values", () => {
  const text =
    "async function f(a, { b, c: [d] }, ...e) { var g; let h = 11111; const i = 22222, j = 33333; }";
  deepEqual(tell(text, "a b c d e g h i j k"), {
    a: "ready",
    b: "ready",
    c: "none",
    d: "ready",
    e: "ready",
    g: "ready",
    h: "after 11111",
    i: "constant after 22222",
    j: "constant after 33333",
    k: "none",
  });
  equal(told(ofFunction("async (a) => await a").locals.find("a"), ""), "ready");
});

Deno.test("Locals.ofFunction() shares what functions of the program have too", () => {
  const text =
    "async function f(a, b) { await a; let c, d; function e() { c; } () => b; class G {} }";
  deepEqual(tell(text, "a b c d e G"), {
    a: "ready",
    b: "shared ready",
    c: "shared after let c",
    d: "after  c, d",
    e: "shared ready",
    G: "shared ready",
  });
  // Code in `eval` can have any.
  equal(tell("async function f(a) { await a; () => eval(a); }", "a")["a"], "shared ready");
  // The parameters of sloppy code can be assigned to by way of `arguments`.
  const mapped = "async function f(a) { await a; arguments[0] = 1; }";
  deepEqual([true, false].map((strict) => tell(mapped, "a", strict)["a"]), [
    ...["ready", "shared ready"],
  ]);
});

/** Describes the local that a name means in a part of an async function, and behind that part. */
function within(text: string, select: (body: Node[]) => Node, name: string): string[] {
  const whole = `async function f(a) { await a; ${text} }`;
  const { node, locals } = ofFunction(whole);
  const seen: string[] = [];
  locals.within(select(node["body"].body), () => seen.push(told(locals.find(name), whole)));
  return [...seen, told(locals.find(name), whole)];
}

Deno.test("Locals.within() has the variables of a scope inside of it only", () => {
  const second = ([, node]: Node[]) => node!;
  deepEqual(within("{ let a = 12345; }", second, "a"), ["after 12345", "ready"]);
  deepEqual(within("{ const b = 12345; }", second, "b"), ["constant after 12345", "none"]);
  deepEqual(within("{ function b() {} }", second, "b")[0], "shared ready");
  deepEqual(within("for (let b = 12345;;) ;", second, "b"), ["after 12345", "none"]);
  deepEqual(within("for (;;) ;", second, "a"), ["ready", "ready"]);
  // The head of such a loop runs again and again: the value is there in the body.
  deepEqual(within("for (const b of 12345) {}", second, "b"), ["constant after 345) ", "none"]);
  deepEqual(within("for (b in 12345) {}", second, "b"), ["none", "none"]);
  deepEqual(within("try {} catch ({ b }) {}", ([, node]) => node!["handler"], "b"), [
    ...["after b }) ", "none"],
  ]);
  deepEqual(within("try {} catch {}", ([, node]) => node!["handler"], "b"), ["none", "none"]);
});

Deno.test("Locals.within() gives variables of a switch a value in their own case only", () => {
  const text = "switch (a) { case 1: let b = 12345; default: b; }";
  deepEqual(within(text, ([, node]) => node!, "b"), ["never", "none"]);
  deepEqual(within(text, ([, node]) => node!["cases"][0], "b"), ["after 12345", "none"]);
});

Deno.test("Locals.ofCode() shares functions, what a module exports, and names that other code has", () => {
  const text =
    "let a = 11111; var b; function c() {} export let d = 1; export { e as x }; let e; " +
    "export const { f } = a; export function g() {} export default 1; export * from 'h'; " +
    "if (b) { var i; }";
  const statements: Node[] = parseSource(text, "module")["body"];
  const locals = Locals.ofCode(statements, bodyTraits(statements), ["j"]);
  const all = Object.fromEntries(
    [..."abcdefghij"].map((name) => [name, told(locals.find(name), text)]),
  );
  deepEqual(all, {
    a: "after 11111",
    b: "ready",
    c: "shared ready",
    d: "shared ready",
    e: "shared ready",
    f: "shared ready",
    g: "shared ready",
    h: "none",
    i: "ready",
    j: "shared ready",
  });
});
