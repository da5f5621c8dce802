import { equal } from "node:assert/strict";

import { functionSymbol, sourceName } from "../../lib/base/symbol_name.ts";

Deno.test("sourceName() shows a file URL as a path", () => {
  equal(sourceName("file:///src/app.ts"), "/src/app.ts");
  equal(sourceName("file:///a%20b/%C3%A9.ts"), "/a b/é.ts");
  equal(sourceName("file://server/share/app.ts"), "//server/share/app.ts");
});

Deno.test("sourceName() returns other URLs and paths unchanged", () => {
  for (
    const url of [
      "https://example.com/mod.ts?v=1#top",
      "data:text/javascript,0",
      "npm:acorn@8.0.0",
      "/src/app.ts",
      "<anonymous>",
      "file:///a%2.ts",
      "",
    ]
  ) {
    equal(sourceName(url), url);
  }
});

Deno.test("functionSymbol() has name, file and line", () => {
  equal(functionSymbol({ name: "foo", file: "/src/app.ts", line: 12 }), "js::foo:/src/app.ts:12");
  equal(
    functionSymbol({ name: "Parser.parse", file: "/src/app.ts", line: 1 }),
    "js::Parser.parse:/src/app.ts:1",
  );
  equal(
    functionSymbol({ name: "get size", file: "https://a/b.ts", line: 3 }),
    "js::get size:https://a/b.ts:3",
  );
});

Deno.test("functionSymbol() leaves out an unknown line", () => {
  equal(functionSymbol({ name: "GET /users", file: "routes.ts" }), "js::GET /users:routes.ts");
});

Deno.test("functionSymbol() calls a function without name <anonymous>", () => {
  equal(
    functionSymbol({ name: "", file: "/src/app.ts", line: 12 }),
    "js::<anonymous>:/src/app.ts:12",
  );
});

Deno.test("functionSymbol() has no line for a module", () => {
  equal(functionSymbol({ name: "<module>", file: "/src/app.ts" }), "js::<module>:/src/app.ts");
});
