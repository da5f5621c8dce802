import { deepEqual, equal, ok } from "node:assert/strict";

import { EACH_CALL, HANDS_BODY, NEVER_INLINED } from "../../lib/frame_schedule.ts";
import { paddingText } from "../../lib/instrument/padding.ts";
import { transform, type Transformed } from "../../lib/instrument/transform.ts";
import { runProgram } from "../support/program.ts";

const PADDING = paddingText("$");

/** Functions of all forms: the kind of each, and what its text is padded. */
const FORMS: [source: string, kind: number, text: (lean: string) => string][] = [
  ["function f(a) { return [a]; }", NEVER_INLINED, beforeCheck("$$")],
  ["const f = (a) => [a];", NEVER_INLINED, beforeCheck("$")],
  [
    "const f = (0, (a) => [a]);",
    NEVER_INLINED | HANDS_BODY,
    () => `const f = (0, (a) => (0,$.run)(1,()=>([a]),${PADDING}));`,
  ],
  [
    "const f = (0, (a) => { 'use strict'; return [a]; });",
    NEVER_INLINED | HANDS_BODY,
    () =>
      `const f = (0, (a) => { 'use strict';;return (0,$.run)(1,()=>{ return [a]; },${PADDING})});`,
  ],
  [
    "function f(a = 1) { return [a]; }",
    NEVER_INLINED | HANDS_BODY,
    () => `function f(a = 1) {return (0,$.run)(1,()=>{ return [a]; },${PADDING})}`,
  ],
  // What suspends runs piece by piece.
  ["async function f() { await g(); }", EACH_CALL, (lean) => lean],
];

/** Where the check of a guard is padded. */
function beforeCheck(runtime: string): (lean: string) => string {
  const check = `${runtime}.check(1,f)===1`;
  return (lean) => lean.split(check).join(`(${paddingText(runtime)},${check})`);
}

function transformed(source: string, pads: boolean): Transformed {
  const options = { url: "file:///app.ts", kind: "module", firstId: 0, runtime: "$" } as const;
  return transform(source, { ...options, pads });
}

function codeOf({ source }: Transformed): string {
  const text = source.slice(0, source.indexOf("\n//#"));
  return text.replace(/\/\*\$[<>].*?\*\//g, "").replace(/^\$\.touch\(0\);/, "");
}

for (const [source, kind, text] of FORMS) {
  Deno.test(`padding stands where nothing else changes: ${source}`, () => {
    const [lean, long] = [transformed(source, false), transformed(source, true)];
    equal(codeOf(long), text(codeOf(lean)));
    equal(codeOf(long) === codeOf(lean), kind === EACH_CALL);
    deepEqual(
      [lean, long].map(({ functions }) => functions[1]!.kind & ~1),
      [EACH_CALL, kind],
    );
  });
}

Deno.test("padding is too much bytecode for V8 to inline any function", async () => {
  for (const [source, kind] of FORMS) {
    if (kind === EACH_CALL) continue;
    const [lean, long] = [
      await bytecodeLength(transformed(source, false)),
      await bytecodeLength(transformed(source, true)),
    ];
    ok(long > 460 && lean < 200, `${source}: ${long}, ${lean}`);
  }
});

async function bytecodeLength({ source }: Transformed): Promise<number> {
  const runtime = "globalThis.$ = { state: 0, run: (_, body) => body(), touch() {} };";
  await using program = await runProgram(
    `${runtime}(new Function(${JSON.stringify(`${source}\nf(1);`)}))();`,
    { flags: ["--no-check", "--v8-flags=--print-bytecode,--print-bytecode-filter=f"] },
  );
  return Number(/^Bytecode length: (\d+)$/m.exec(program.stdout)?.[1]);
}
