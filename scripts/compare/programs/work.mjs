/*
 * The programs of scripts/compare/bench_programs.ts. Each does one piece of work a fixed number of
 * times, so that a plain run takes a few seconds, and prints a result. This is plain JavaScript,
 * because the file is copied beside the packages that it loads.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const read = (path) => readFileSync(new URL(`node_modules/${path}`, import.meta.url), "utf8");

/** The number of repetitions in a run. */
const ROUNDS = { acorn: 7, postcss: 230, marked: 4000, "js-yaml": 700, typescript: 80, terser: 12 };

const programs = {
  async acorn() {
    const { parse } = await import("acorn");
    const source = read("typescript/lib/typescript.js");
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
  async terser() {
    const { minify } = await import("terser");
    const source = read("acorn/dist/acorn.js");
    return async () => (await minify(source)).code.length;
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

const name = process.argv[2];
const work = await programs[name]();
let result = 0;
for (let round = 0; round < ROUNDS[name]; round++) result += await work();
console.log(result);
process.exit();
