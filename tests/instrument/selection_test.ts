import { deepEqual, equal, throws } from "node:assert/strict";

import {
  makeCheckedSelection,
  makeSelection,
  splitPatterns,
} from "../../lib/instrument/selection.ts";

const HOME = "file:///home/me/app";
const CACHE = "file:///root/.cache/deno/npm/registry.npmjs.org";

function selects(url: string, include = "", exclude = "", directory = "/home/me/app"): boolean {
  return makeSelection({
    include: { text: include, source: "--include" },
    exclude: { text: exclude, source: "--exclude" },
    directory,
  })(url);
}

Deno.test("makeSelection() takes the user's modules, and no package", () => {
  equal(selects(`${HOME}/a.ts`), true);
  equal(selects("file:///elsewhere/a.ts"), true);
  equal(selects(`${HOME}/node_modules/acorn/a.js`), false);
  equal(selects(`${CACHE}/@scope/name/1.2.3/a.js`), false);
  equal(selects("https://jsr.io/@std/path/1.0.0/mod.ts"), false);
});

Deno.test("makeSelection() includes packages by name, besides the user's modules", () => {
  const acorn = [
    `${HOME}/node_modules/acorn/dist/a.js`,
    `${HOME}/node_modules/.pnpm/acorn@8.1.0/node_modules/acorn/dist/a.js`,
    `${CACHE}/acorn/8.1.0/dist/a.js`,
    `${CACHE}/acorn/8.1.0_1/dist/a.js`,
  ];
  for (const url of acorn) {
    for (
      const pattern of ["npm:acorn", "npm:*", "node_modules", "npm:acorn/dist/*.js", "npm:{a,b}*"]
    ) {
      equal(selects(url, pattern), true, `${pattern} ${url}`);
    }
    for (const pattern of ["npm:acor", "npm:dist", "**/*.js", "*.js", "jsr:*", "npm:acorn/lib"]) {
      equal(selects(url, pattern), false, `${pattern} ${url}`);
    }
  }
  const scoped = `${CACHE}/@scope/name/1.2.3/a.js`;
  for (const pattern of ["npm:*", "npm:@scope/*", "npm:@scope/name"]) {
    equal(selects(scoped, pattern), true, pattern);
  }
  equal(selects(scoped, "npm:name"), false);
  equal(selects("https://jsr.io/@std/path/1.0.0/mod.ts", "jsr:@std/*"), true);
  equal(selects("https://esm.sh/a/b.js", "https://esm.sh/**"), true);
  equal(selects(`${HOME}/node_modules/acorn/a.js`, "node_modules/acorn/*"), true);
  equal(selects(`${HOME}/a.ts`, "npm:acorn"), true);
});

Deno.test("makeSelection() narrows the user's modules to the included paths", () => {
  const url = `${HOME}/src/.inner/a b_api.ts`;
  const matching = ["src", "src/", "src/**", "./src", "/home/me/**", ".", `${HOME}/src`]
    .concat(
      "a b_api.ts",
      "*_api.ts",
      "**/*_api.ts",
      "src/.inner/*.ts",
      "lib,src",
      "/",
      "{lib,src}",
    );
  for (const pattern of matching) equal(selects(url, pattern), true, pattern);
  for (const pattern of ["lib", "src/*.ts", "/src", "sr", "me", ".inner/**", "..\\/app"]) {
    equal(selects(url, pattern), false, pattern);
  }
  equal(selects("file:///home/me/lib/a.ts", ".."), true);
  equal(selects("file:///home/me/lib/a.ts", "../lib/*"), true);
  equal(selects("file:///home/me/lib/a.ts", "lib"), true);
  equal(selects("file:///d[1]/src/a.ts", "src/*", "", "/d[1]"), true);
});

Deno.test("makeSelection() lets an exclusion win over an inclusion", () => {
  equal(selects(`${HOME}/a_test.ts`, "", "*_test.ts"), false);
  equal(selects(`${HOME}/a.ts`, "", "*_test.ts"), true);
  equal(selects(`${HOME}/src/a.ts`, "src", "src/a.*"), false);
  equal(selects(`${CACHE}/acorn/8.1.0/a.js`, "npm:*", "npm:acorn"), false);
  equal(selects(`${CACHE}/acorn/8.1.0/a.js`, "npm:*", "a.js"), false);
  equal(selects(`${CACHE}/marked/8.1.0/a.js`, "npm:*", "npm:acorn"), true);
});

Deno.test("makeSelection() refuses a pattern that cannot match, and names its source", () => {
  throws(() => selects("file:///a", "!a"), {
    name: "RangeError",
    message:
      'Cannot use pattern "!a" of --include: must not begin with !, --include and --exclude are separate options',
  });
  throws(() => selects("file:///a", "", "npm:@scope/a@1"), /of --exclude: .* without a version$/);
  throws(
    () => selects("file:///a", "node:fs"),
    /must be a path, or begin with npm:, jsr: or https:/,
  );
});

Deno.test("splitPatterns() splits at commas, but not inside brackets of any kind", () => {
  deepEqual(splitPatterns("a, b/**,,{c,d},[,],@(e,f),g\\,h,"), [
    "a",
    "b/**",
    "{c,d}",
    "[,]",
    "@(e,f)",
    "g\\,h",
  ]);
  deepEqual(splitPatterns(""), []);
});

Deno.test("makeCheckedSelection() knows which included patterns have matched nothing", () => {
  const { selects, unmatched } = makeCheckedSelection({
    include: { text: "src,*_api.ts,npm:acorn,node_modules", source: "--include" },
    exclude: { text: "src/old", source: "--exclude" },
    directory: "/home/me/app",
  });
  const all = ["src", "*_api.ts", "npm:acorn", "node_modules"];
  deepEqual(unmatched(), all);
  selects(`${HOME}/lib/a.ts`);
  deepEqual(unmatched(), all);
  // A file that is excluded still counts as a match of the pattern that includes it.
  equal(selects(`${HOME}/src/old/a.ts`), false);
  deepEqual(unmatched(), all.slice(1));
  selects(`${CACHE}/acorn/8.1.0/dist/a.js`);
  deepEqual(unmatched(), ["*_api.ts"]);
});
