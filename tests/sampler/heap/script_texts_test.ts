import { deepEqual, equal } from "node:assert/strict";

import { hasFunctions, ScriptTexts } from "../../../lib/sampler/heap/script_texts.ts";
import { Workplace } from "../../support/command_process.ts";

const TEXT = "export function read() {}\nconst write = async value => [value];\n" +
  "class Cache {\n  size = [];\n  constructor(size) {}\n  get(key) {}\n}\n";

const FUNCTIONS = [
  { name: "", script: 0, line: 0, column: 0 },
  { name: "read", script: 0, line: 0, column: 20 },
  { name: "write", script: 0, line: 1, column: 20 },
  { name: "Cache", script: 0, line: 4, column: 13 },
  { name: "Cache.get", script: 0, line: 5, column: 5 },
];

Deno.test("hasFunctions() tells the text that V8 ran from one that a hook has changed", () => {
  equal(hasFunctions(TEXT, FUNCTIONS), true);
  equal(hasFunctions(`"use strict";${TEXT}`, FUNCTIONS), false);
  equal(hasFunctions(TEXT.replace("read", "other"), FUNCTIONS), false);
  equal(hasFunctions(TEXT.split("\n", 1)[0]!, FUNCTIONS), false);
});

/** A session of a V8 that ran one text. */
function sessionOf(text: string) {
  const calls: string[] = [];
  const call = <Result>(method: string): Result => {
    calls.push(method);
    return { scriptSource: text } as Result;
  };
  return { calls, call };
}

Deno.test("of() leaves texts to files that have them, and asks V8 for the others", async () => {
  await using place = new Workplace();
  const url = `file://${place.write("cache.mjs", TEXT)}`;
  const unasked = sessionOf(TEXT);
  const scripts = [{ id: "7", url }];
  const texts = new ScriptTexts(unasked, "");
  deepEqual(texts.of({ scripts, functions: FUNCTIONS }), [{ url, textIn: "file" }]);
  deepEqual(unasked.calls, []);
  const changed = `"use strict";${TEXT}`;
  for (
    const other of [`file://${place.write("hook.mjs", changed)}`, "data:text/javascript,1", ""]
  ) {
    const asked = sessionOf(TEXT);
    const found = new ScriptTexts(asked, "").of({
      scripts: [{ id: "7", url: other }],
      functions: FUNCTIONS,
    });
    deepEqual(found, [{ url: other, text: TEXT }]);
    deepEqual(asked.calls, ["Debugger.enable", "Debugger.getScriptSource", "Debugger.disable"]);
  }
});

Deno.test("of() finds the JavaScript of TypeScript in Deno's cache", async () => {
  await using place = new Workplace();
  Deno.mkdirSync(`${place.path}/gen/file/app`, { recursive: true });
  place.write("gen/file/app/cache.ts.js", TEXT);
  const session = sessionOf(TEXT);
  const scripts = [{ id: "7", url: "file:///app/cache.ts" }];
  deepEqual(new ScriptTexts(session, place.path).of({ scripts, functions: FUNCTIONS }), [
    { url: "file:///app/cache.ts", textIn: "emit" },
  ]);
  deepEqual(session.calls, []);
});

Deno.test("of() asks neither for texts of the runtime nor for those of this package", () => {
  const session = sessionOf(TEXT);
  const own = import.meta.resolve("../../../lib/sampler/heap/heap_session.ts");
  const scripts = [{ id: "7", url: "ext:core/01_core.js" }, { id: "8", url: own }];
  deepEqual(
    new ScriptTexts(session, "").of({ scripts, functions: [] }),
    scripts.map(({ url }) => ({ url })),
  );
  deepEqual(session.calls, []);
});
