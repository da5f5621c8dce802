import { deepEqual, equal } from "node:assert/strict";

import {
  bodyTraits,
  boundNames,
  declaredNames,
  EVERY_NAME,
  freeNames,
  hoistedNames,
  isDirectEval,
  TraitSearch,
} from "../../../lib/instrument/traits/body_traits.ts";
import { type Node, parseSource } from "../../../lib/source/syntax_tree.ts";

/** The statements of an async generator's body, which may hold anything but `import`. */
function statements(text: string): Node[] {
  const source = `async function* f() { ${text} }`;
  return parseSource(source, "commonjs")["body"][0].body.body;
}

/** The traits that are true of a text. */
function traits(text: string): string[] {
  return Object.entries(bodyTraits(statements(text)))
    .filter(([, value]) => value === true).map(([name]) => name);
}

Deno.test("bodyTraits() finds what suspends, outside of inner functions", () => {
  for (
    const text of [
      "await a;",
      "b(yield);",
      "for await (const a of b) ;",
      "await using a = b;",
      "class A { [await a] = 1; }",
      "class A extends (await b) {}",
    ]
  ) equal(traits(text).includes("suspends"), true, text);
  for (
    const text of [
      "async () => await a;",
      "async function g() { await a; }",
      "class A { async m() { await a; } }",
      "for (const a of b) ;",
    ]
  ) equal(traits(text).includes("suspends"), false, text);
});

Deno.test("bodyTraits() finds jumps that leave, and not those with a target inside", () => {
  for (
    const text of [
      "return;",
      "if (a) return 1;",
      "for (;;) { switch (a) { case 1: return; } }",
    ]
  ) deepEqual(traits(text), ["leaves"], text);
  for (
    const text of [
      "for (;;) { break; }",
      "while (a) continue;",
      "switch (a) { case 1: break; }",
      "for (;;) switch (a) { default: continue; }",
      "a: { break a; }",
      "a: for (;;) { for (;;) continue a; }",
      "do { if (a) break; } while (b);",
    ]
  ) deepEqual(traits(text), [], text);
  // Of a part of a loop the target is outside.
  const [loop] = statements("a: for (;;) { b(); continue a; break; }");
  const [, jump, end] = loop!["body"].body.body;
  equal(bodyTraits([jump]).leaves, true);
  equal(bodyTraits([end]).leaves, true);
  const [inner] = statements("for (;;) { switch (a) { case 1: continue; } }");
  equal(bodyTraits(inner!["body"].body).leaves, true);
});

Deno.test("bodyTraits() takes what an arrow function mentions as the body's, and no other function's", () => {
  const made = ["makesFunctions", "holdsEdits"];
  deepEqual(traits("() => arguments;"), ["mentionsArguments", "arrowsMentionArguments", ...made]);
  deepEqual(traits("(a = new.target) => 1;"), ["mentionsTarget", ...made]);
  deepEqual(traits("() => () => eval(a);"), ["evals", ...made]);
  deepEqual(traits("() => this;"), ["mentionsThis", ...made]);
  deepEqual(traits("function g() { arguments; new.target; this; eval(a); }"), made);
  deepEqual(traits("class A { a = new.target; b = this; }"), made);
  deepEqual(traits("class A { [this.a] = 1; }"), ["mentionsThis", ...made]);
  deepEqual(traits("a.eval(b); (0, eval)(c); eval;"), []);
  const [, method] =
    parseSource("({ m() { super.a; } }); class B { m() { () => super.a; } }", "script")[
      "body"
    ];
  const { mentionsThis, mentionsSuper } = bodyTraits(method.body.body[0].value.body.body);
  deepEqual([mentionsThis, mentionsSuper], [true, true]);
});

Deno.test("bodyTraits() has the places that mention arguments, and how", () => {
  const places = (text: string) =>
    bodyTraits(statements(text)).argumentsPlaces.map(({ isShorthand, isCalled }) =>
      isShorthand ? "shorthand" : isCalled ? "called" : "plain"
    );
  deepEqual(places("a(arguments, arguments[0], { arguments, b: arguments });"), [
    ...["plain", "plain", "shorthand", "plain"],
  ]);
  for (const text of ["arguments();", "arguments[0]();", "new arguments();", "arguments.a``;"]) {
    deepEqual(places(text), ["called"], text);
  }
  // Those of arrow functions cannot be renamed, and a property is no mention of the object.
  deepEqual(places("() => arguments; function g() { arguments; } ({ arguments: 1 });"), []);
  deepEqual(places("a.arguments;"), []);
  deepEqual(traits("a.arguments;"), ["mentionsArguments"]);
});

Deno.test("bodyTraits() tells apart the names that code mentions, assigns to, and leaves to functions", () => {
  const names = (text: string) => {
    const { mentioned, assigned, captured } = bodyTraits(statements(text));
    return [mentioned, assigned, captured].map((set) => [...set].join(" "));
  };
  deepEqual(names("a = b.c; d++; [e, { f }] = g;"), ["a b d e f g", "a d e f", ""]);
  deepEqual(names("for (a of b) ; for (var c in d) ;"), ["a b c d", "a c", ""]);
  deepEqual(names("var a, b = 1;"), ["a b", "a b", ""]);
  // Names that a block declares are no names of the body.
  deepEqual(names("{ let a = b; a = 1; } for (const c of d) c; try {} catch (e) { e; }"), [
    ...["b d", "", ""],
  ]);
  deepEqual(names("switch (a) { case b: let c; c = 1; }"), ["a b", "", ""]);
  deepEqual(names("(a, b = c) => { var d; a + d + e; };"), ["", "", "e c"]);
  deepEqual(names("class A extends B { [c] = d; static { e; } m() { f; } }")[2], "d e f");
  deepEqual(names("() => eval(a);")[2], `eval a ${EVERY_NAME}`);
});

Deno.test("freeNames() has the names of a function from outside, without its own", () => {
  const free = (text: string) => [...freeNames(statements(text)[0]!["expression"])].sort();
  deepEqual(free("(a, { b }) => a + b + c;"), ["c"]);
  deepEqual(free("(function (a = b) { var c; let d; function e() { f; c; } return d; });"), [
    ...["b", "f"],
  ]);
  deepEqual(free("() => 1;"), []);
  deepEqual(free("() => { eval(a); };"), [EVERY_NAME, "a", "eval"]);
});

Deno.test("bodyTraits() lists var declarations, with those that cannot become assignments", () => {
  const found = bodyTraits(
    parseSource(
      "var a; for (var b = 1;;) { var c; } for (var d of e) ; for (var async of g) ; " +
        "for (var h = 1 in i) ; with (j) { var k; } if (l) function m() {} let n; " +
        "function o() { var p; }",
      "script",
    )["body"],
  );
  const shown = found.vars.map(({ declaration, isLoopHead, isFixed }) =>
    [
      ...declaredNames(declaration),
      isLoopHead ? "head" : "",
      isFixed ? "fixed" : "",
    ].join(" ").trim()
  );
  deepEqual(shown, ["a", "b head", "c", "d head", "async head fixed", "h head fixed", "k  fixed"]);
  deepEqual(found.functions, ["m", "o"]);
  deepEqual(
    hoistedNames(found),
    new Set(["m", "o", "a", "b", "c", "d", "async", "h", "k"]),
  );
});

Deno.test("boundNames() finds the names in any pattern", () => {
  const text = "var { a, b: c, d: { e = f }, ...g } = h, [i, , [j] = k, ...l] = m;";
  const [declaration] = statements(text);
  deepEqual([...declaredNames(declaration!)], ["a", "c", "e", "g", "i", "j", "l"]);
  deepEqual(boundNames(null), new Set());
  deepEqual(boundNames(statements("a.b;")[0]!["expression"]), new Set());
});

Deno.test("TraitSearch tells its observer of declarations and assignments, and whether a loop runs them", () => {
  const seen: string[] = [];
  const search = new TraitSearch({
    observe: ({ type }, inLoop) => void seen.push(`${type}${inLoop ? " in loop" : ""}`),
  });
  for (
    const node of statements(
      "let a = 1; while (b) { a = 2; a++; } class C {} eval(d); (e = 3) => e;",
    )
  ) {
    search.visit(node);
  }
  deepEqual(seen, [
    "VariableDeclaration",
    "WhileStatement",
    "AssignmentExpression in loop",
    "UpdateExpression in loop",
    "ClassDeclaration",
    "CallExpression",
  ]);
});

Deno.test("TraitSearch lists what of a list holds edits", () => {
  const search = new TraitSearch();
  const [block] = statements("{ a(); b(() => 1, c); d(() => 2); Error.stackTraceLimit = 1; }");
  search.visit(block!);
  deepEqual(search.abridged.map(({ owner, field, kept }) => [owner.type, field, kept.length]), [
    ["CallExpression", "arguments", 1],
    ["BlockStatement", "body", 3],
  ]);
});

Deno.test("isDirectEval() is false of an indirect eval", () => {
  const is = (text: string) => isDirectEval(statements(text)[0]!["expression"]);
  deepEqual(["eval(a);", "(0, eval)(a);", "a.eval(b);", "f();"].map(is), [
    true,
    false,
    false,
    false,
  ]);
});
