import { deepEqual, equal } from "node:assert/strict";

import { Edits } from "../../../lib/instrument/positions/edits.ts";
import {
  ALL_FROM_OUTSIDE,
  type Owner,
  passedTexts,
  passOwn,
} from "../../../lib/instrument/rewrite/passed_names.ts";
import { bodyTraits } from "../../../lib/instrument/traits/body_traits.ts";
import { LineStarts } from "../../../lib/source/line_starts.ts";
import { type Node, parseSource } from "../../../lib/source/syntax_tree.ts";

const METHOD: Owner = { ownsThis: true, ownsArguments: true };

/** The traits of a method's body. */
function traitsOf(text: string) {
  const [{ expression }] = parseSource(`({ m() { ${text} } });`, "script")["body"];
  const statements: Node[] = expression.properties[0].value.body.body;
  return bodyTraits(statements);
}

/** Whether a piece gets `this`, and the number of places that rename `arguments`. */
function own(text: string, owner: Partial<Owner> = {}): [boolean, number] | undefined {
  const passed = passOwn(traitsOf(text), { ...METHOD, ...owner });
  return passed && [passed.hasReceiver, passed.renamed.length];
}

Deno.test("passOwn() passes this and arguments where they are the code's own", () => {
  deepEqual(own("a;"), [false, 0]);
  deepEqual(own("this;"), [true, 0]);
  deepEqual(own("this; () => this;"), [true, 0]);
  deepEqual(own("arguments; arguments[0];"), [false, 2]);
  deepEqual(own("this.a(arguments);"), [true, 1]);
  deepEqual(own("this;", { ownsThis: false }), [false, 0]);
  deepEqual(own("arguments;", { ownsArguments: false }), [false, 0]);
});

Deno.test("passOwn() leaves this outside with what a function expression has of its own", () => {
  deepEqual(own("this; super.a;"), [false, 0]);
  deepEqual(own("this; new.target;"), [false, 0]);
  deepEqual(own("this; () => arguments;"), [false, 0]);
  // Such an `arguments` is that of the code around.
  deepEqual(own("this; arguments;", { ownsArguments: false }), [false, 0]);
});

Deno.test("passOwn() refuses another name for arguments where that would show", () => {
  for (const text of ["arguments = 1;", "arguments();", "new arguments[0]();", "arguments++;"]) {
    equal(own(text), undefined, text);
    deepEqual(own(text, { ownsArguments: false }), [false, 0], text);
  }
});

/** The text of a method's body that is one piece. */
function piece(text: string, names: string[] = [], results: string[] = []): string {
  const edits = new Edits(text);
  const source = `(function () { ${text} })`;
  const offset = source.indexOf(text);
  const { expression } = parseSource(source, "script")["body"][0];
  const traits = bodyTraits(expression.body.body);
  const passed = passOwn(traits, METHOD)!;
  const renamed = passed.renamed.map((place) => ({
    ...place,
    node: { ...place.node, start: place.node.start - offset, end: place.node.end - offset } as Node,
  }));
  const { start, end } = passedTexts({ names, results, ...passed, renamed }, {
    calls: { id: 7, runtime: "$", touch: "" },
    isBlock: true,
    edits,
  });
  const inner = edits.apply(new LineStarts(text)).pieces.join("").replace(/\/\*\$[<>].*?\*\//g, "");
  return start + inner + end;
}

Deno.test("passedTexts() gives a piece its variables, and takes those back that it assigns to", () => {
  equal(piece("a();"), "(0,$.run)(7,()=>{a();})");
  equal(piece("a(b);", ["b"]), "(0,$.run)(7,(b)=>{a(b);},void 0,b)");
  equal(piece("b = a();", ["b"], ["b"]), "b=(0,$.run)(7,(b)=>{b = a();;return b},void 0,b)");
  equal(piece("this.a(b);", ["b"]), "(0,$.run)(7,function(b){this.a(b);},this,b)");
});

Deno.test("passedTexts() writes arguments by another name everywhere, also where it names a property", () => {
  equal(
    piece("a(b, arguments, { arguments, c: arguments[0] });", ["b"]),
    "(0,$.run)(7,(b,$a)=>{a(b, $a, { arguments:$a, c: $a[0] });},void 0,b,arguments)",
  );
});

Deno.test("a piece does what its code does where it stands", () => {
  const $ = {
    run: (_: number, body: (...args: unknown[]) => unknown, self: unknown, ...args: unknown[]) =>
      body.apply(self, args),
  };
  const body = "r = [this, arguments.length, arguments[0], { arguments }.arguments === arguments];";
  const plain = Function("$", `return function () { let r; ${body} return r; }`)($);
  const passed = Function(
    "$",
    `return function () { let r; ${piece(body, ["r"], ["r"])}; return r; }`,
  );
  deepEqual(passed($).call("self", 4, 5), plain.call("self", 4, 5));
});

Deno.test("ALL_FROM_OUTSIDE passes nothing", () => {
  const edits = new Edits("a");
  const calls = { id: 7, runtime: "$", touch: "" };
  deepEqual(passedTexts(ALL_FROM_OUTSIDE, { calls, isBlock: false, edits }), {
    start: "(0,$.run)(7,()=>(",
    end: "))",
  });
});
