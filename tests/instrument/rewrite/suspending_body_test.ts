import { equal } from "node:assert/strict";

import { Edits } from "../../../lib/instrument/positions/edits.ts";
import { SuspendingBody } from "../../../lib/instrument/rewrite/suspending_body.ts";
import { LineStarts } from "../../../lib/source/line_starts.ts";
import { type Node, parseSource } from "../../../lib/source/syntax_tree.ts";

const HEAD = "async function* f() {";

/** A body with its pieces as `run(…)`; the marks of edits are taken out. */
function wrap(text: string, strict = true): string {
  const source = `${HEAD}${text}}`;
  const edits = new Edits(source);
  const body = new SuspendingBody({ edits, open: () => "run(", strict });
  body.wrapList(parseSource(source, "script")["body"][0].body.body);
  body.close();
  return edits.apply(new LineStarts(source)).pieces.join("")
    .replace(/\/\*\$[<>].*?\*\//g, "").slice(HEAD.length, -1);
}

Deno.test("wrapList() makes a piece of each statement that runs code and does not suspend", () => {
  equal(wrap("a(); b;"), ";run({a();}); b;");
  equal(wrap("if (a) { b(); }"), ";run({if (a) { b(); }});");
  equal(wrap("function g() {} class A {} ;"), "function g() {} class A {} ;");
  equal(wrap("'use strict'; a();"), "'use strict'; ;run({a();});");
  equal(wrap(""), "");
});

Deno.test("wrapList() keeps what suspends in place, and wraps the operands around it", () => {
  equal(wrap("const a = await f(g());"), "const a = await run((f(g())));");
  equal(wrap("if (a()) { yield b; c(); }"), "if (run((a()))) { yield b; ;run({c();}); }");
  equal(wrap("a(await b(), c());"), ";a(await run((b())), run((c())));");
  equal(wrap("a.b(c()).d(await e);"), ";run((a.b(c()))).d(await e);");
  // `?.` skips all that follows it, and `delete` needs a reference.
  equal(wrap("a?.(b(), await c);"), ";a?.(b(), await c);");
  equal(wrap("[delete a(await b, c()).d];"), ";[delete a(await b, c()).d];");
});

Deno.test("wrapList() leaves a piece out that would lose a jump", () => {
  equal(wrap("for (;;) { if (a()) break; }"), ";run({for (;;) { if (a()) break; }});");
  equal(
    wrap("for (const a of b()) { await c; if (a()) break; d(); }"),
    "for (const a of run((b()))) { await c; if (run((a()))) break; ;run({d();}); }",
  );
  equal(wrap("return a();"), "return run((a()));");
  equal(
    wrap("try { a(); return; } catch { b(); } finally { c(); }"),
    "try { ;run({a();}); return; } catch {run({ b(); });} finally {run({ c(); });}",
  );
});

Deno.test("wrapList() declares the variables of a piece in front of it", () => {
  equal(
    wrap("for (var i = 0, j = a(); i < j; i++) b(i);"),
    "var i,j;run({for ( i = 0, j = a(); i < j; i++) b(i);});",
  );
  equal(wrap("{ var { c, d } = a(); b(); }"), "var c,d;run({{ void ( { c, d } = a()); b(); }});");
  // Not in a place where only one statement can stand.
  equal(
    wrap("if (await a) for (var b of c()) d();"),
    "if (await a) for (var b of run((c()))) run({d();});",
  );
});

Deno.test("wrapList() takes functions in blocks of sloppy code for variables of the whole function", () => {
  const text = "{ function g() {} a(); }";
  equal(wrap(text), `;run({${text}});`);
  equal(wrap(text, false), "{ function g() {} ;run({a();}); }");
});

Deno.test("wrapList() lets functions and classes keep the names that their places give them", () => {
  for (const text of ["const a = () => b();", "const a = class { static b = c(); };"]) {
    equal(wrap(text), text);
  }
  equal(wrap("const a = b(() => 1);"), "const a = run((b(() => 1)));");
});

Deno.test("wrapList() wraps nothing inside with, and no loop whose head disposes", () => {
  equal(wrap("with (a) { await b; c(); }", false), "with (a) { await b; c(); }");
  const text = "for (await using a = b(); ;) { c(); }";
  equal(wrap(text), text);
});

Deno.test("wrapExpression() wraps an arrow function's body", () => {
  const source = "async () => a(await b, c());";
  const edits = new Edits(source);
  const body = new SuspendingBody({ edits, open: () => "run(", strict: true });
  const [{ expression }] = parseSource(source, "module")["body"] as [Node];
  body.wrapExpression(expression.body);
  body.close();
  const text = edits.apply(new LineStarts(source)).pieces.join("");
  equal(text.replace(/\/\*\$[<>].*?\*\//g, ""), "async () => a(await b, run((c())));");
});
