import { deepEqual } from "node:assert/strict";

import { reachableDeclarations } from "../../../scripts/build/declarations.ts";

const FILES: Readonly<Record<string, string>> = {
  "mod.d.ts": 'export { a } from "./lib/a.js";\nimport type { X } from "acorn";',
  "lib/a.d.ts":
    'import { type B } from "../ffi/b.ts";\nexport declare const c: import("./c.js").C;',
  "ffi/b.d.ts": 'export * from "../mod.js";',
  "lib/c.d.ts": 'import "./missing.js";\nexport * from "./missing.js";',
  "lib/other.d.ts": 'export * from "./a.js";',
};

Deno.test("reachableDeclarations() are those that entry points lead to, circles and all", () => {
  const reachable = (...entries: string[]) =>
    [...reachableDeclarations(entries, (path) => FILES[path])].sort();
  deepEqual(reachable("mod.d.ts"), ["ffi/b.d.ts", "lib/a.d.ts", "lib/c.d.ts", "mod.d.ts"]);
  deepEqual(reachable("lib/c.d.ts", "none.d.ts"), ["lib/c.d.ts"]);
});
