import { equal } from "node:assert/strict";

import { ansiPaint, plainPaint } from "../../../lib/instrument/stacks/deno_colors.ts";
import {
  formatFrames,
  formatSourceLine,
  formatStack,
  isShown,
} from "../../../lib/instrument/stacks/deno_stack.ts";
import { callSite, type SiteFacts } from "../../support/call_sites.ts";

/** A frame's text, without what stands in front of each. */
function frame(facts: SiteFacts, directory?: string, paint = plainPaint): string {
  const text = formatFrames([callSite(facts)], { directory, paint });
  equal(text.startsWith("\n    "), true);
  return text.slice(5);
}

Deno.test("formatStack() writes the error and its frames", () => {
  const sites = [callSite({ name: "f", line: 2, column: 3 }), callSite({ name: null })];
  const style = { directory: undefined, paint: plainPaint };
  equal(
    formatStack(new TypeError("m"), sites, style),
    "TypeError: m\n    at f (/a.js:2:3)\n    at /a.js:1:1",
  );
  const header = (error: unknown) => formatStack(error, [], style);
  equal(header(new Error("")), "Error");
  equal(header({ name: "", message: "m" }), "m");
  equal(header({ name: "N", message: undefined }), "N");
  equal(header({ name: undefined, message: 7 }), "Error: 7");
  for (const value of [null, undefined, 7, "text"]) equal(header(value), "");
});

Deno.test("formatFrames() names functions, methods, constructors and promises as Deno does", () => {
  const at = { file: "/a.js" };
  equal(frame({ ...at, name: "C", isConstructor: true }), "at new C (/a.js:1:1)");
  equal(frame({ ...at, isConstructor: true }), "at new <anonymous> (/a.js:1:1)");
  const method = { ...at, isToplevel: false };
  equal(frame({ ...method, type: "C", name: "m", method: "m" }), "at C.m (/a.js:1:1)");
  equal(frame({ ...method, type: "C", name: "C.m", method: "m" }), "at C.m (/a.js:1:1)");
  equal(frame({ ...method, type: "C", name: "m", method: "n" }), "at C.m [as n] (/a.js:1:1)");
  equal(frame({ ...method, type: "C", method: "m" }), "at C.m (/a.js:1:1)");
  equal(frame({ ...method, type: null }), "at <anonymous> (/a.js:1:1)");
  equal(frame({ ...at, name: "f", isAsync: true }), "at async f (/a.js:1:1)");
  equal(frame({ ...at, isAsync: true, promiseIndex: 3 }), "at async Promise.all (index 3)");
});

Deno.test("formatFrames() writes places: of files, evaluated code, builtins and WebAssembly", () => {
  const url = { script: "file:///d%20e/a.js", file: "/d e/a.js" };
  equal(frame(url), "at file:///d e/a.js:1:1");
  // The start directory keeps its escapes.
  equal(frame(url, "file:///d%20e/"), "at file:///d%20e/a.js:1:1");
  equal(frame(url, "file:///other/"), "at file:///d e/a.js:1:1");
  equal(frame({ file: "https://a/b%20c.js" }), "at https://a/b c.js:1:1");
  equal(frame({ file: "https://a/%zz.js" }), "at https://a/%zz.js:1:1");
  equal(frame({ name: "sort", isNative: true }), "at sort (native)");
  equal(frame({ file: null, line: null }), "at <anonymous>");
  equal(frame({ line: 4, column: null }), "at /a.js:4");
  const evalOrigin = "eval at f (a.js:1:2)";
  equal(frame({ file: null, evalOrigin }), `at ${evalOrigin}, <anonymous>:1:1`);
  equal(
    frame({ file: "wasm://wasm/ab", line: 3, column: 256 }),
    "at wasm://wasm/ab:wasm-function[2]:0xff",
  );
});

Deno.test("formatFrames() shortens long data: URLs", () => {
  const short = `data:text/javascript,${"a".repeat(129)}`;
  equal(short.length, 150);
  equal(frame({ file: short }), `at ${short}:1:1`);
  const [head, end] = ["b".repeat(20), "c".repeat(20)];
  const long = `data:text/javascript,${head}${"a".repeat(100)}${end}`;
  equal(frame({ file: long }), `at data:text/javascript,${head}......${end}:1:1`);
});

Deno.test("formatFrames() paints frames of Deno's own code dim", () => {
  equal(
    frame(
      { name: "f" },
      undefined,
      (part, text, isInternal) => `<${part}${isInternal ? " dim" : ""} ${text}>`,
    ),
    "<plain at ><name f><plain  (><place /a.js><plain :><number 1><plain :><number 1><plain )>",
  );
  const internal = frame({ name: "f", file: "ext:core/a.js" }, undefined, ansiPaint);
  equal(internal.includes("\x1b[2m\x1b[38;5;245mf"), true);
});

Deno.test("isShown() leaves out functions of Deno itself that it hides", () => {
  const hidden = { name: "eventLoopTick", file: "ext:core/01_core.js" };
  equal(isShown(callSite(hidden)), false);
  equal(isShown(callSite({ ...hidden, name: "__node_internal_x" })), false);
  equal(isShown(callSite({ ...hidden, name: "other" })), true);
  equal(isShown(callSite({ ...hidden, file: "/a.js" })), true);
  equal(isShown(callSite({ ...hidden, name: null })), true);
});

Deno.test("formatSourceLine() marks the column of the first frame that is not Deno's", () => {
  const line = (facts: SiteFacts, text: string) =>
    formatSourceLine([callSite({ file: "ext:a.js" }), callSite(facts)], () => text, plainPaint);
  equal(line({ line: 2, column: 4 }, "a\n\tb throw\r\nc"), "\n\tb throw\n\t  ^");
  equal(line({ line: 1, column: 1 }, "a"), "\na\n^");
  for (const number of [3, 9]) equal(line({ line: number }, "a\nb\n"), "");
  equal(line({ file: "https://a/b.js" }, "a"), "");
  equal(line({}, "é".repeat(75)), `\n${"é".repeat(75)}\n^`);
  equal(line({}, "é".repeat(76)), "");
  equal(line({ line: null }, "a"), "");
  equal(formatSourceLine([], () => "a", plainPaint), "");
});
