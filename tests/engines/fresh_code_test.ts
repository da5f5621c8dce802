import { equal, notEqual } from "node:assert/strict";

import { FreshCode } from "../../lib/engines/fresh_code.ts";
import { runProgram } from "../support/program.ts";

Deno.test("FreshCode.evaluate() returns a new value each time, of strict code that sees only globals", () => {
  const code = new FreshCode<() => unknown>("() => [this, typeof code]", "file:///a.ts");
  const [one, other] = [code.evaluate(), code.evaluate()];
  notEqual(one, other);
  equal(new FreshCode<() => unknown>("function () { return this; }", "a").evaluate()(), undefined);
  equal((one() as unknown[])[1], "undefined");
});

Deno.test("FreshCode.evaluate() names its file in stacks", () => {
  const code = new FreshCode<() => Error>("() => new Error()", "file:///made/up.ts");
  equal(/file:\/\/\/made\/up\.ts:1:/.test(code.evaluate()().stack!), true);
});

Deno.test("withPerf() works even if code from strings is forbidden", async () => {
  await using program = await runProgram(
    `
import { withPerf } from "@x/perf";
const foo = withPerf(function foo(a: number) { return a + 1; });
for (let i = 0; i < 40_000; i++) foo(i);
try {
  new Function("");
} catch (error) {
  console.log((error as Error).name, foo(1));
}
`,
    {
      flags: ["--allow-all", "--v8-flags=--disallow-code-generation-from-strings"],
      env: { JS_PERF_SUPPORT: "1" },
    },
  );
  equal(program.stderr, "");
  equal(program.stdout, "EvalError 2\n");
});
