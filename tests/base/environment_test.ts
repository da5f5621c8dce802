import { deepEqual, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { ENVIRONMENT, INHERITED_VARIABLES } from "../../lib/base/environment.ts";

const lib = fileURLToPath(new URL("../../lib/", import.meta.url));

Deno.test("each variable is read by the module that the table names", () => {
  for (const [name, { readBy }] of Object.entries(ENVIRONMENT)) {
    ok(readFileSync(`${lib}${readBy}`, "utf8").includes(`"${name}"`), `${name} in ${readBy}`);
  }
});

Deno.test("no module has a variable that is not in the table", () => {
  const known = new Set(Object.keys(ENVIRONMENT));
  const found = new Set<string>();
  for (const path of readdirSync(lib, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".ts")) continue;
    const text = readFileSync(`${lib}${path}`, "utf8");
    for (const [, name] of text.matchAll(/"(JS_PERF_\w+)"/g)) found.add(name!);
  }
  deepEqual([...found].filter((name) => !known.has(name)), []);
  deepEqual([...known].filter((name) => !found.has(name)), []);
});

Deno.test("Workers inherit what decides on trampolines, and nothing that is for one process", () => {
  deepEqual(INHERITED_VARIABLES.filter((name) => /SAMPLE|CONTROL|SCOPE/.test(name)), []);
  ok(INHERITED_VARIABLES.includes("JS_PERF_SUPPORT"));
});
