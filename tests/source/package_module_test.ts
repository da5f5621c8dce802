import { equal } from "node:assert/strict";

import { packageModule } from "../../lib/source/package_module.ts";

Deno.test("packageModule() finds the package and the path in it", () => {
  const cases: [path: string, name: string | undefined][] = [
    ["/a/node_modules/b/c.js", "npm:b/c.js"],
    ["/a/node_modules/@s/b/c/d.js", "npm:@s/b/c/d.js"],
    ["/a/node_modules/b/node_modules/c/d.js", "npm:c/d.js"],
    ["/a/node_modules/.deno/b@1.0.0/node_modules/b/c.js", "npm:b/c.js"],
    ["/cache/npm/registry.npmjs.org/b/1.0.0/c.js", "npm:b/c.js"],
    ["/cache/npm/registry.npmjs.org/@s/b/1.0.0-rc.1/c.js", "npm:@s/b/c.js"],
    ["https://jsr.io/@s/b/1.0.0/c/d.ts", "jsr:@s/b/c/d.ts"],
    ["/home/npm/app/1.0.0/c.js", undefined],
    ["/home/node_modules.js", undefined],
    ["https://esm.sh/b", undefined],
  ];
  for (const [path, name] of cases) equal(packageModule(path), name, path);
});
