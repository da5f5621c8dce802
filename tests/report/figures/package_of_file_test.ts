import { deepEqual, equal } from "node:assert/strict";

import { packageOfFile } from "../../../lib/report/figures/package_of_file.ts";

Deno.test("packageOfFile() finds name, version and path", () => {
  const of = (file: string) => {
    const { name, path } = packageOfFile(file)!;
    return [name, path];
  };
  deepEqual(of("/c/npm/registry.npmjs.org/prettier/3.6.2/plugins/a.mjs"), [
    "prettier@3.6.2",
    "plugins/a.mjs",
  ]);
  deepEqual(of("/c/npm/registry.npmjs.org/@a/b/1.0.0-rc.1/x.js"), ["@a/b@1.0.0-rc.1", "x.js"]);
  deepEqual(of("/p/node_modules/acorn/dist/acorn.mjs"), ["acorn", "dist/acorn.mjs"]);
  deepEqual(of("/p/node_modules/.deno/hono@4.1.0/node_modules/hono/dist/a.js"), [
    "hono@4.1.0",
    "dist/a.js",
  ]);
  deepEqual(of("/p/node_modules/.pnpm/@a+b@1.2.0_react@19.0.0/node_modules/@a/b/x.js"), [
    "@a/b@1.2.0",
    "x.js",
  ]);
  deepEqual(of("https://jsr.io/@std/path/1.0.1/join.ts"), ["@std/path@1.0.1", "join.ts"]);
  deepEqual(of("https://deno.land/std@0.200.0/path/mod.ts"), [
    "deno.land/std@0.200.0",
    "path/mod.ts",
  ]);
  equal(packageOfFile("/src/app.ts"), undefined);
});
