/*
 * V8 quotes functions in its messages as it has them, with our edits; a program sees its own text.
 */
import { deepEqual, equal } from "node:assert/strict";

import { restoreErrorMessage, restoreMessage } from "../../../lib/instrument/stacks/messages.ts";
import { instrument } from "../../support/instrumented.ts";
import { runProgram } from "../../support/program.ts";

const preload = new URL("../../../lib/preload.ts", import.meta.url).href;

/** A function as V8 quotes it. */
function quoted(source: string): string {
  return source.length <= 128
    ? source
    : `${source.slice(0, 111)}...<omitted>...${source.slice(-2)}`;
}

Deno.test("restoreMessage() takes edits out of a function that is quoted whole", () => {
  equal(restoreMessage("no function"), "no function");
  equal(
    restoreMessage(
      "Class extends value () => /*$<*/(0,$.pieceOf)(8)(function $p(){return(/*$>*/1/*$<*/)}) is not a constructor",
    ),
    "Class extends value () => 1 is not a constructor",
  );
  equal(
    restoreMessage(
      "(a) => {/*$<*/return (0,$.pieceOf)(1)(function $p(){/*$>*/ a; /*$<*/})/*$>*/} is not a symbol",
    ),
    "(a) => { a; } is not a symbol",
  );
  equal(
    restoreMessage(
      "(a) => /*$<*/(0,$.runArrow)(8,(a)=>(/*$>*/[this, () => a]/*$<*/),a) is not a symbol",
    ),
    "(a) => [this, () => a] is not a symbol",
  );
});

Deno.test("restoreMessage() shows nothing of an edit wherever V8 cuts a function", () => {
  const { source } = instrument("function f(a) { return a + 1; }");
  const text = source.slice(source.indexOf("function"), source.lastIndexOf("}") + 1);
  for (let before = 0; before < 100; before++) {
    const message = `${
      quoted(`function ${"f".repeat(before)}${text.slice(10)}`)
    } could not be cloned.`;
    const restored = restoreMessage(message);
    equal(/[$]/.test(restored), false, restored);
    equal(restored.endsWith(" could not be cloned."), true, restored);
  }
});

Deno.test("restoreErrorMessage() leaves errors that it cannot change, and other values", () => {
  const error = Object.freeze(new TypeError("/*$<*/x"));
  restoreErrorMessage(error);
  equal(error.message, "/*$<*/x");
  for (const value of [undefined, null, 1, {}, { message: 5 }]) restoreErrorMessage(value);
});

Deno.test("messages with functions have the functions of the program", async () => {
  const text = `
const said: string[] = [];
const say = (fail: () => void) => { try { fail(); } catch (error: any) { said.push(error.stack.split("\\n")[0], error.message); } };
say(() => structuredClone((x: number) => x));
const { port1, port2 } = new MessageChannel();
say(() => port1.postMessage({ f: () => 1 }));
port1.close(); port2.close();
const arrow: any = () => 1;
say(() => { class A extends arrow {} });
say(() => BigInt(((x: number) => x) as any));
try { structuredClone(() => 1); } catch (error: any) { said.push(error.message); }
console.log(JSON.stringify(said));
`;
  await using plain = await runProgram(text);
  await using hooked = await runProgram(text, { flags: ["--allow-all", `--preload=${preload}`] });
  deepEqual(JSON.parse(hooked.stdout), JSON.parse(plain.stdout));
});
