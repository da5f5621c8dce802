import { deepEqual, equal } from "node:assert/strict";

import * as builtins from "../../lib/base/builtins.ts";
import { runProgram } from "../support/program.ts";

Deno.test("indexOf() and other methods take their receivers as the first parameter", () => {
  const { indexOf, lastIndexOf, startsWith, endsWith, charCodeAt, slice } = builtins;
  deepEqual([indexOf("abab", "b"), indexOf("abab", "b", 2), indexOf("a", "b")], [1, 3, -1]);
  deepEqual([lastIndexOf("abab", "a"), charCodeAt("ab", 1)], [2, 0x62]);
  deepEqual([startsWith("ab", "a"), endsWith("ab", "a")], [true, false]);
  deepEqual([slice("abc", 1), slice("abc", 0, 1)], ["bc", "a"]);
  equal(builtins.exec(/(b)/, "abc")?.[1], "b");
  deepEqual([builtins.formatNumber(255, 16), builtins.formatBigInt(255n, 16)], ["ff", "ff"]);
  deepEqual([...builtins.encode("é")], [0xc3, 0xa9]);
});

Deno.test("set() and other methods of typed arrays and views change those that they are given", () => {
  const { fill, lengthened, set, setBigUint64, setUint32, subarray } = builtins;
  const bytes = new Uint8Array(12);
  fill(bytes, 7);
  set(bytes, [1, 2], 4);
  deepEqual([...subarray(bytes, 3, 7)], [7, 1, 2, 7]);
  deepEqual([...lengthened(Uint8Array, subarray(bytes, 4, 6), 4)], [1, 2, 0, 0]);
  const view = new DataView(bytes.buffer);
  setUint32(view, 0, 0x01020304, true);
  setBigUint64(view, 4, 0x05n, false);
  deepEqual([...bytes], [4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 5]);
});

Deno.test("callFunction() and bindFunction() call functions with their receivers", () => {
  function f(this: unknown, ...args: unknown[]) {
    return [this, ...args];
  }
  deepEqual(builtins.callFunction(f, "self", 1, 2), ["self", 1, 2]);
  deepEqual(builtins.bindFunction(f, "self", 1)(2), ["self", 1, 2]);
  // A function whose own methods lie.
  const other = Object.assign(() => "own", { call: () => "no", bind: () => "no" });
  equal(builtins.callFunction(other, undefined), "own");
  equal(builtins.bindFunction(other, undefined)(), "own");
});

Deno.test("defineElement() defines an element like any other", () => {
  const array: unknown[] = ["a"];
  builtins.defineElement(array, 2, "c");
  deepEqual(array, ["a", , "c"]);
  deepEqual(Object.getOwnPropertyDescriptor(array, 2), {
    value: "c",
    writable: true,
    enumerable: true,
    configurable: true,
  });
});

Deno.test("defineElement() and the others work on after the program has replaced all builtins", async () => {
  await using program = await runProgram(`
import * as b from "${import.meta.resolve("../../lib/base/builtins.ts")}";
const { decodeURIComponent, String } = globalThis;
const { setPrototypeOf } = Object;
const fail = () => { throw new Error("the program's own"); };
const kinds = [String, Number, BigInt, RegExp, Function, Object.getPrototypeOf(Uint8Array), DataView];
const prototypes = [...kinds, TextEncoder].map(({ prototype }) => prototype);
const before = prototypes.map((prototype) => Object.getOwnPropertyDescriptors(prototype));
for (const [i, prototype] of prototypes.entries()) {
  for (const [name, { value }] of Object.entries(before[i])) {
    if (typeof value === "function" && name !== "constructor") prototype[name] = fail;
  }
}
globalThis.decodeURIComponent = globalThis.String = Math.max = Reflect.defineProperty = fail;
Object.prototype.get = fail;
setPrototypeOf(Array.prototype, { set 0(_value) { fail(); } });
const bytes = new b.Uint8Array(4);
const results = [];
b.set(bytes, [1, 2]);
b.fill(b.subarray(bytes, 2, 4), 9);
b.setUint32(new b.DataView(bytes.buffer), 0, 5, true);
b.defineElement(results, 0, b.slice("abc", 1));
b.defineElement(results, 1, b.formatNumber(b.toNumber("255") + bytes[0], 16));
b.defineElement(results, 2, b.exec(/b/, "abc")[0] + b.toText(b.max(1, 2)));
b.defineElement(results, 3, b.bindFunction((n) => n, undefined)(3) + b.encode("é").length);
b.defineElement(results, 4, b.callFunction(() => b.decodeURIComponent("%20"), undefined));
delete Object.prototype.get;
setPrototypeOf(Array.prototype, Object.prototype);
Object.assign(globalThis, { decodeURIComponent, String });
for (const [i, prototype] of prototypes.entries()) Object.defineProperties(prototype, before[i]);
console.log(JSON.stringify(results));
`);
  equal(program.stdout, '["bc","104","b2",5," "]\n', program.stderr);
});
