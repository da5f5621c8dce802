import { deepEqual, equal } from "node:assert/strict";

import { Edits } from "../../../lib/instrument/positions/edits.ts";
import {
  type Owner,
  passedTexts,
  passNothing,
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

/** The way in which a piece gets `this`, and the number of places that rename `arguments`. */
function own(text: string, owner: Partial<Owner> = {}): [string, number] | undefined {
  const passed = passOwn(traitsOf(text), { ...METHOD, ...owner });
  if (passed === undefined) return undefined;
  const { isArrow, hasReceiver, renamed } = passed;
  return [isArrow ? "outside" : hasReceiver ? "receiver" : "none", renamed.length];
}

Deno.test("passOwn() passes this and arguments where they are the code's own", () => {
  deepEqual(own("a;"), ["none", 0]);
  deepEqual(own("this;"), ["receiver", 0]);
  deepEqual(own("this; () => this;"), ["receiver", 0]);
  deepEqual(own("arguments; arguments[0];"), ["none", 2]);
  deepEqual(own("this.a(arguments);"), ["receiver", 1]);
  deepEqual(own("this;", { ownsThis: false }), ["outside", 0]);
  deepEqual(own("arguments;", { ownsArguments: false }), ["outside", 0]);
});

Deno.test("passOwn() leaves this outside with what a function expression has of its own", () => {
  deepEqual(own("super.a;"), ["outside", 0]);
  deepEqual(own("this; super.a;"), ["outside", 0]);
  deepEqual(own("this; new.target;"), ["outside", 0]);
  deepEqual(own("this; () => arguments;"), ["outside", 0]);
  // Such an `arguments` is that of the code around.
  deepEqual(own("this; arguments;", { ownsArguments: false }), ["outside", 0]);
});

Deno.test("passOwn() refuses another name for arguments where that would show", () => {
  for (const text of ["arguments = 1;", "arguments();", "new arguments[0]();", "arguments++;"]) {
    equal(own(text), undefined, text);
    deepEqual(own(text, { ownsArguments: false }), ["outside", 0], text);
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
  equal(piece("a();"), "(0,$.pieceOf)(7)(function $p(){a();})");
  equal(piece("a(b);", ["b"]), "(0,$.pieceOf)(7)(function $p(b){a(b);},void 0,b)");
  equal(
    piece("b = a();", ["b"], ["b"]),
    "b=(0,$.pieceOf)(7)(function $p(b){b = a();;return b},void 0,b)",
  );
  equal(piece("this.a(b);", ["b"]), "(0,$.pieceOf)(7)(function $p(b){this.a(b);},this,b)");
});

Deno.test("passedTexts() writes arguments by another name everywhere, also where it names a property", () => {
  equal(
    piece("a(b, arguments, { arguments, c: arguments[0] });", ["b"]),
    "(0,$.pieceOf)(7)(function $p(b,$a){a(b, $a, { arguments:$a, c: $a[0] });},void 0,b,arguments)",
  );
});

Deno.test("a piece does what its code does where it stands", () => {
  const $ = {
    pieceOf:
      (_: number) => (body: (...args: unknown[]) => unknown, self: unknown, ...args: unknown[]) =>
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

Deno.test("passNothing() passes nothing, and has an arrow function only where one is needed", () => {
  const edits = new Edits("a");
  const calls = { id: 7, runtime: "$", touch: "" };
  const texts = (text: string) =>
    passedTexts(passNothing(traitsOf(text), METHOD), { calls, isBlock: false, edits });
  deepEqual(texts("a;"), { start: "(0,$.pieceOf)(7)(function $p(){return(", end: ")})" });
  deepEqual(texts("this;"), { start: "(0,$.pieceOf)(7)(function $p(){return(", end: ")},this)" });
  for (const text of ["super.a;", "new.target;", "arguments;", "() => arguments;"]) {
    deepEqual(texts(text), { start: "(0,$.runArrow)(7,()=>(", end: "))" }, text);
  }
});
