import { deepEqual, equal, match, ok } from "node:assert/strict";

import type { Cause } from "../../../lib/report/causes/cause.ts";
import { causesOf } from "../../../lib/report/causes/causes.ts";
import { runCommand, Workplace } from "../../support/command_process.ts";
import { pageDataOf } from "../../support/page_model.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { readRecorded } from "../../support/recorded.ts";

const obstacle = obstacleOfPerf();

/** The formats that say why. */
const FORMATS = "text,markdown,html";

/** Calls a piece of code for two seconds of processor time. */
const FOR = (body: string) =>
  `const end = process.cpuUsage().user + 2e6;\nwhile (process.cpuUsage().user < end) { ${body} }\n`;

/** Programs that have one cause, on the line with the comment. */
const PLANTED: readonly {
  kind: Cause["kind"];
  fact: RegExp;
  program: string;
  /** The module with the line. @default {the program} */
  part?: string;
}[] = [
  {
    kind: "deoptimisation",
    fact: /^deoptimised \d{2,} times: wrong map$/,
    program: `import process from "node:process";
import type { Item } from "./part.ts";
const first: Item[] = Array.from({ length: 1000 }, (_, i) => ({ weight: i, name: "a" }));
const second: Item[] = Array.from({ length: 1000 }, (_, i) => ({ name: "a", weight: i }));
let [total, count] = [0, 0];
${
      FOR(`
  // Each import makes the function anew, so V8 has to learn its types from the start.
  const { addAll } = await import("./part.ts?" + count++);
  for (const items of [first, second]) {
    for (let i = 0; i < 4000; i++) total += addAll(items);
  }`)
    }
`,
    part: `export interface Item {
  weight: number;
}
export function addAll(items: readonly Item[]): number {
  let sum = 0;
  for (let i = 0; i < items.length; i++) {
    sum += items[i]!.weight; // planted
  }
  return sum;
}
`,
  },
  {
    kind: "megamorphic access",
    fact: /objects of many shapes/,
    program: `import process from "node:process";
interface Shape { width: number }
const shapes: Shape[] = [];
for (let i = 0; i < 64; i++) {
  const shape: Record<string, number> = {};
  shape["p" + i] = i;
  shape.width = i;
  shapes.push(shape as unknown as Shape);
}
function widths(all: readonly Shape[]): number {
  let sum = 0;
  for (const one of all) {
    sum += one.width; // planted
  }
  return sum;
}
let total = 0;
function run(): void {
  for (let i = 0; i < 5000; i++) total += widths(shapes);
}
${FOR("run();")}
`,
  },
  {
    kind: "megamorphic access",
    fact: /^this call gets objects of many shapes/,
    program: `import process from "node:process";
interface Shape { area(): number }
const shapes = Array.from({ length: 16 }, (_, i): Shape => {
  const Kind = new Function("return class { constructor() { this.p" + i + " = 1; } area() { return 1; } }")();
  return new Kind();
});
function areas(all: readonly Shape[]): number {
  let sum = 0;
  for (const one of all) {
    sum += one.area(); // planted
  }
  return sum;
}
let total = 0;
function run(): void {
  for (let i = 0; i < 5000; i++) total += areas(shapes);
}
${FOR("run();")}
`,
  },
  {
    kind: "backtracking",
    fact: /\^\(\\w\+\\s\?\)\*\$/,
    program: `import process from "node:process";
const pattern = /^(\\w+\\s?)*$/;
function matches(text: string): boolean {
  return pattern.test(text); // planted
}
let total = 0;
${FOR('if (matches("a word and another wor!")) total++;')}
`,
  },
];

for (const [i, { kind, fact, program, part: module }] of PLANTED.entries()) {
  testNeeding(
    obstacle,
    `profile() names planted cause ${i + 1}, ${kind}, at its line`,
    async () => {
      await using place = new Workplace();
      const app = place.write("app.ts", program);
      const file = module === undefined ? app : place.write("part.ts", module);
      const { code, stdout, stderr } = await runCommand(
        ["profile", "--format", FORMATS, "app.ts"],
        {
          cwd: place.path,
        },
      );
      equal(code, 0, stderr);
      const line = (module ?? program).split("\n").findIndex((text) =>
        text.includes("// planted")
      ) +
        1;
      ok(line > 0);
      const { causes } = await causesOf(await readRecorded(`${place.path}/perf.data`));
      const cause = causes.find((one) => one.kind === kind && one.line === line);
      ok(cause !== undefined, JSON.stringify(causes));
      equal(cause.fn.file, file);
      match(cause.fact, fact);
      ok(cause.share > 0 && cause.share <= 1, `${cause.share}`);
      const markdown = Deno.readTextFileSync(`${place.path}/perf.md`);
      const why = markdown.slice(markdown.indexOf("## Why"));
      ok(
        why.split("\n").some((row) =>
          row.startsWith(`- \`${file}:${line}\` `) && row.endsWith(` ${cause.advice}`)
        ),
        why,
      );
      const page = pageDataOf(Deno.readTextFileSync(`${place.path}/perf.html`));
      const shown = page.causes.find(({ fact }) => fact === cause.fact)!;
      equal(page.files[shown.file], file);
      equal(shown.line, line);
      equal(page.functions.name[shown.fn], cause.fn.name);
      const part = stdout.slice(stdout.indexOf("Why these lines"));
      const start = part.indexOf(`${file.slice(place.path.length + 1)}:${line}  `);
      const [row, ...notes] = part.slice(start).split("\n");
      ok(start >= 0, stdout);
      match(row!, /\/\/ planted$/);
      const said = notes.map((note) => note.trim()).join(" ");
      ok(said.startsWith(`${cause.fact} ${cause.advice}`), stdout);
    },
  );
}

testNeeding(obstacle, "profile() names no cause in a program without one", async () => {
  await using place = new Workplace();
  place.write(
    "app.ts",
    `import process from "node:process";
function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}
const DATE = /^(\\d{4})-(\\d\\d)-(\\d\\d)$/;
function days(texts: readonly string[]): number {
  return texts.filter((text) => DATE.test(text)).length;
}
const texts = Array.from({ length: 500 }, (_, i) => "2026-01-" + String(i % 90).padStart(2, "0"));
let total = 0;
${FOR("total += fib(20) + days(texts);")}
`,
  );
  const { code, stdout, stderr } = await runCommand(["profile", "--format", FORMATS, "app.ts"], {
    cwd: place.path,
  });
  equal(code, 0, stderr);
  const { causes, functions } = await causesOf(await readRecorded(`${place.path}/perf.data`));
  equal(causes.length, 0, JSON.stringify(causes));
  ok(!stdout.includes("Why these lines"), stdout);
  ok(!Deno.readTextFileSync(`${place.path}/perf.md`).includes("## Why"));
  deepEqual(pageDataOf(Deno.readTextFileSync(`${place.path}/perf.html`)).causes, []);
  // The recording does have what causes are made of.
  const fib = functions.find(({ name }) => name === "fib")!;
  ok(fib.turbofan! >= 1 && fib.tiers.get("turbofan")! > 0.5 * fib.self, JSON.stringify(fib));
  match(
    stdout.slice(stdout.indexOf("V8's compilers")),
    /fib {2}app\.ts:2\n +TurboFan \d+\.\d %.*optimised/,
  );
});
