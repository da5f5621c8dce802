import { deepEqual } from "node:assert/strict";

import { AccessTexts } from "../../../lib/recording/skipped/access_text.ts";

const load = { isKeyed: false, isStore: false, isCall: false };
const store = { isKeyed: false, isStore: true, isCall: false };

/** The access at the caret in a line. */
function accessAt(marked: string): unknown {
  const column = marked.indexOf("^") + 1;
  const texts = new AccessTexts(new Map([["/a.ts", `\n${marked.replace("^", "")}\n`]]));
  return texts.at("/a.ts", { line: 2, column });
}

Deno.test("at() reads loads and stores by V8's positions", () => {
  deepEqual(accessAt("sum += one.^width;"), load);
  deepEqual(accessAt("sum += all[i]!.^width;"), load);
  deepEqual(accessAt("sum += one?.^width;"), load);
  deepEqual(accessAt("return this.^#count;"), load);
  deepEqual(accessAt("if (one.^width == 1)"), load);
  deepEqual(accessAt("one.depth^ = n;"), store);
  deepEqual(accessAt("one.^depth = n;"), store);
  deepEqual(accessAt("one.depth^ += n;"), store);
  deepEqual(accessAt("sum += one^[key]!;"), { ...load, isKeyed: true });
  deepEqual(accessAt("one[key]^ = 1;"), { ...store, isKeyed: true });
});

Deno.test("at() tells methods that are called", () => {
  const call = { ...load, isCall: true };
  for (
    const text of [
      "one.^area();",
      "one.^area!(2);",
      "one.^area?.();",
      "one.^area<number[]>(x)",
      "one.^tag`text`",
    ]
  ) deepEqual(accessAt(text), call, text);
  for (const text of ["one^[name](1)", "one^[names[i]]!(1)"]) {
    deepEqual(accessAt(text), { ...call, isKeyed: true }, text);
  }
  for (const text of ["one.^area, (x)", "one.^area < (x)", "one.^area;"]) {
    deepEqual(accessAt(text), load, text);
  }
});

Deno.test("at() knows no access in other expressions and texts", () => {
  deepEqual(accessAt("total += ^run();"), undefined);
  deepEqual(accessAt("let x^ = 1;"), undefined);
  deepEqual(accessAt("x ^=== y"), undefined);
  const texts = new AccessTexts(new Map([["/a.ts", "a.b"]]));
  deepEqual(texts.at("/b.ts", { line: 1, column: 3 }), undefined);
  deepEqual(texts.at("/a.ts", { line: 9, column: 3 }), undefined);
  deepEqual(new AccessTexts(undefined).at("/a.ts", { line: 1, column: 3 }), undefined);
});
