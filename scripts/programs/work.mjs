/*
 * The programs of scripts/bench_programs.ts: each does the same piece of work again and again for a
 * while, and prints the shortest time, in milliseconds, as one line of JSON. Plain JavaScript, since
 * it lies beside the packages that it loads.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const read = (path) => readFileSync(new URL(`node_modules/${path}`, import.meta.url), "utf8");
const SECONDS = 2;

const programs = {
  async acorn() {
    const { parse } = await import("acorn");
    const source = read("acorn/dist/acorn.js");
    return () => parse(source, { ecmaVersion: 2022 }).body.length;
  },
  async postcss() {
    const { parse } = (await import("postcss")).default;
    const source = read("bootstrap/dist/css/bootstrap.css");
    return () => parse(source).nodes.length;
  },
  async marked() {
    const { marked } = await import("marked");
    const source = read("typescript/README.md") +
      read("acorn/README.md");
    return () => marked.parse(source).length;
  },
  async "js-yaml"() {
    const { dump, load } = (await import("js-yaml")).default;
    const source = dump(
      ["acorn", "marked", "js-yaml", "typescript", "postcss"].map((name) =>
        JSON.parse(read(`${name}/package.json`))
      ),
    ).repeat(20).replaceAll(/^- /gm, "- ");
    return () => load(source).length;
  },
  typescript() {
    const ts = require("typescript");
    const text = read("acorn/dist/acorn.d.ts");
    const library = new URL("node_modules/typescript/lib/", import.meta.url);
    const files = new Map();
    const host = {
      getSourceFile(name, options) {
        if (!files.has(name)) {
          const source = name === "in.ts"
            ? text
            : readFileSync(new URL(name.slice(5), library), "utf8");
          files.set(name, ts.createSourceFile(name, source, options));
        }
        return files.get(name);
      },
      getDefaultLibFileName: () => "/lib/lib.es2020.d.ts",
      getDefaultLibLocation: () => "/lib",
      writeFile() {},
      getCurrentDirectory: () => "/",
      getCanonicalFileName: (name) => name,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => "\n",
      fileExists: (name) => name === "in.ts" || name.startsWith("/lib/"),
      readFile: () => undefined,
      directoryExists: () => true,
      getDirectories: () => [],
    };
    return () =>
      ts.getPreEmitDiagnostics(
        ts.createProgram(
          ["in.ts"],
          { target: ts.ScriptTarget.ES2020, strict: true, types: [] },
          host,
        ),
      ).length;
  },
};

const work = await programs[process.argv[2]]();
const result = work();
let best = Infinity;
for (const end = performance.now() + SECONDS * 1000; performance.now() < end;) {
  const start = performance.now();
  work();
  best = Math.min(best, performance.now() - start);
}
console.log(JSON.stringify({ result, best }));
process.exit();
