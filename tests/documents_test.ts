/*
 * README.md and the manual in docs/ hold what they say: links and paths lead somewhere, messages are in
 * lib/, and commands run. A code block marked `sh run` is run, and one marked `sh run=TEXT` must print
 * the text. A block marked `ts file=NAME` is written to that file before the commands of its page run.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import configuration from "../deno.json" with { type: "json" };
import { optionTables, withTables } from "../scripts/check/option_tables.ts";
import { LEAVE_PID, Workplace } from "./support/command_process.ts";
import { obstacleOfCommand, testNeeding } from "./support/needing.ts";
import { obstacleOfPerf } from "./support/perf.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const MANUAL = readdirSync(`${root}/docs`).filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);
const PAGES = ["README.md", ...MANUAL];
const DOCUMENTS = [...PAGES, "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"];

function read(path: string): string {
  return readFileSync(`${root}/${path}`, "utf8");
}

/** A fenced block of code. */
interface Block {
  /** The words behind the three backticks. */
  info: string;
  text: string;
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)]
    .map(([, info, text]) => ({ info: info!, text: text! }));
}

Deno.test("README.md has at most 200 lines", () => {
  ok(read("README.md").trimEnd().split("\n").length <= 200);
});

Deno.test("README.md leads to each page of the manual", () => {
  const readme = read("README.md");
  deepEqual(MANUAL.filter((page) => !readme.includes(`](${page})`)), []);
});

/** All files and folders of the repository, as paths; folders end with a slash. */
const PATHS: readonly string[] = pathsIn("");

function pathsIn(folder: string): string[] {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = folder + entry.name;
    if (!entry.isDirectory()) return [path];
    if (["node_modules", "npm", ".git"].includes(entry.name)) return [];
    return [`${path}/`, ...pathsIn(`${path}/`)];
  });
}

/** Programs, recordings, reports and patterns in examples. */
const EXAMPLES =
  /^(?:app\.m?[jt]s|main\.ts|inside\.ts|scoped\.ts|server\.ts|routes\.ts|your\/program\.ts|\*_\w+\.ts|npm\/|perf\.md|perf\.data.*)$/;

/** Whether a name is the end of a path of the repository; `*` stands for any part of a name. */
function isInRepository(name: string): boolean {
  const pattern = name.replace(/[.+]/g, "\\$&").replaceAll("*", "[^/]*");
  const end = new RegExp(`(?:^|/)${pattern}$`);
  return PATHS.some((path) => end.test(path));
}

/** The names of files and folders in a document, except those in commands and programs. */
function pathsNamedIn(text: string): string[] {
  const prose = text.replace(/^```(?:sh|ts).*\n[^]*?^```$/gm, "").replace(/\]\([^)]*\)/g, "]");
  const files = prose.matchAll(
    /(?<![\w/.~<>:@-])(?:[\w.*-]+\/)*[\w.*-]+\.(?:ts|c|h|S|md)\b(?!\.)/g,
  );
  const folders = prose.matchAll(/`((?:[\w.-]+\/)+)`/g);
  return [...[...files].map(([name]) => name), ...[...folders].map(([, name]) => name!)]
    .filter((name) => !EXAMPLES.test(name));
}

Deno.test("documents name files and folders that there are", () => {
  for (const document of DOCUMENTS) {
    const missing = pathsNamedIn(read(document)).filter((name) => !isInRepository(name));
    deepEqual({ document, missing }, { document, missing: [] });
  }
  deepEqual(pathsNamedIn("`lib/gone.ts`, in `lib/lost/`").filter((name) => !isInRepository(name)), [
    "lib/gone.ts",
    "lib/lost/",
  ]);
});

Deno.test("documents have links that lead to files", () => {
  for (const document of DOCUMENTS) {
    const links = [...read(document).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, link]) => link!).filter((link) => !/^[a-z]+:/.test(link));
    const missing = links.filter((link) => !existsSync(join(root, dirname(document), link)));
    deepEqual({ document, missing }, { document, missing: [] });
  }
});

Deno.test("documents name tasks that there are", () => {
  const known = new Set(Object.keys(configuration.tasks));
  for (const document of DOCUMENTS) {
    const named = [...read(document).matchAll(/\btask ([a-z][a-z:0-9]*)\b/g)].map(([, name]) =>
      name!
    );
    deepEqual(named.filter((name) => !known.has(name)), [], document);
  }
});

/** The program text of lib/ with texts that go on in the next line put together. */
function messagesOfLib(): string {
  const modules = PATHS.filter((path) => /^lib\/.*\.ts$/.test(path));
  return modules.map(read).join("\n").replace(/["`]\s*\+\s*["`]/g, "").replace(/\\"/g, '"');
}

/** The first cells of a page's tables that are messages. */
function messagesIn(page: string): string[] {
  return [...page.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, message]) => message!);
}

/** The fixed words of a message; a part of a few letters proves nothing. */
function fixedWords(message: string): string[] {
  return message.split("…").map((part) => part.trim()).filter((part) => part.length > 4);
}

Deno.test("docs/troubleshooting.md has messages that are in lib/", () => {
  const printed = messagesOfLib();
  const messages = messagesIn(read("docs/troubleshooting.md"));
  ok(messages.length > 40);
  const lost = messages.filter((message) => {
    const words = fixedWords(message);
    return words.length === 0 || !words.every((part) => printed.includes(part));
  });
  deepEqual(lost, []);
  equal(printed.includes("Cannot run perf: it is not installed anywhere"), false);
});

Deno.test("withTables() replaces the text between the comments only", () => {
  const page = "a\n<!-- options: written by deno task docs:tables -->\nold\n<!-- end -->\nb\n";
  const text = withTables(page, "new\n");
  match(text, /^a\n<!-- options.*-->\n\nnew\n\n<!-- end -->\nb\n$/);
  equal(withTables(text, "new\n"), text);
});

Deno.test("optionTables() has a row for each option of each command", () => {
  const tables = optionTables([{
    name: "speed",
    short: "s",
    argument: "fast|slow",
    help: "how fast *.ts runs",
    commands: { run: true, report: "how fast a page is read" },
    isPerfOnly: true,
  }]);
  match(
    tables,
    /## run\n\n.*\n.*\n\| `-s, --speed fast\\\|slow` \| how fast \\\*\.ts runs \| .* yes/,
  );
  match(tables, /## report\n\n.*\n.*\n\| `-s, --speed fast\\\|slow` \| how fast a page is read/);
});

/** A program that works for most of a second. */
const APP = `
function square(n: number): number {
  return n * n % 7;
}
function work(): number {
  let sum = 0;
  for (let i = 0; i < 1000; i++) sum += square(i);
  return sum;
}
const end = performance.now() + 700;
while (performance.now() < end) work();
`;

/** A program that works until it is killed, and awaits now and then. */
const SERVER = `
function answer(): number {
  let sum = 0;
  for (let i = 0; i < 1e6; i++) sum += i % 7;
  return sum;
}
Deno.writeTextFileSync("server.ready", "");
const end = performance.now() + 60_000;
while (performance.now() < end) {
  answer();
  await new Promise((resolve) => setTimeout(resolve, 1));
}
`;

const WRAPPED = `import { withPerf } from "jsr:@x/perf";\n
const work = withPerf(function work() {
  return Math.sqrt(performance.now());
});
const end = performance.now() + 300;
while (performance.now() < end) work();
`;

/** Programs for all pages; a page can have others of these names. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "app.ts": APP,
  "app.mjs": APP.replaceAll(": number", ""),
  "server.ts": SERVER,
  "main.ts": WRAPPED,
};

/** Has a command or a program use this checkout instead of the published package. */
function ofThisCheckout(text: string): string {
  return text
    .replaceAll("jsr:@x/perf/cli", `${root}lib/command/cli.ts`)
    .replaceAll("jsr:@x/perf/preload", `${root}lib/preload.ts`)
    .replaceAll("jsr:@x/perf", `${root}mod.ts`)
    // A person waits a moment; here nothing hangs on the machine's speed.
    .replaceAll("sleep 1\n", "until [ -e server.ready ] || ! kill -0 $!; do sleep 0.1; done\n");
}

/** Writes the programs of a page, and a `deno` that is first on PATH. */
function prepare(place: Workplace, page: string): void {
  const own = blocksOf(page).flatMap(({ info, text }) => {
    const name = /^ts file=(\S+)$/.exec(info)?.[1];
    return name === undefined ? [] : [[name, text] as const];
  });
  for (const [name, text] of [...Object.entries(PROGRAMS), ...own]) {
    // At the end, so that the lines of the page stay as they are.
    const pid = name.endsWith(".ts")
      ? `\ntry { ${LEAVE_PID.trim()} } catch { /* not permitted */ }\n`
      : "";
    place.write(name, ofThisCheckout(text) + pid);
  }
  place.write("bin/.keep", "");
  symlinkSync(Deno.execPath(), `${place.path}/bin/deno`);
}

/** Runs commands as a shell does that stops at the first failure. */
async function runShell(place: Workplace, commands: string): Promise<string> {
  // Into a file: perf record writes its data to a standard output that is a pipe.
  const { code, stderr } = await new Deno.Command("bash", {
    args: ["-euo", "pipefail", "-c", `exec >output.txt\n${ofThisCheckout(commands)}`],
    cwd: place.path,
    env: { PATH: `${place.path}/bin:${Deno.env.get("PATH")}`, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const printed = readFileSync(`${place.path}/output.txt`, "utf8");
  equal(code, 0, `status ${code} of:\n${commands}\n${new TextDecoder().decode(stderr)}`);
  return printed;
}

const obstacle = obstacleOfPerf() ?? obstacleOfCommand("bash", "--version") ??
  obstacleOfCommand("npm", "--version");

for (const page of PAGES) {
  const text = read(page);
  const blocks = blocksOf(text).filter(({ info }) => /^sh run\b/.test(info));
  if (blocks.length === 0) continue;
  testNeeding(obstacle, `${page} has commands that run`, async () => {
    await using place = new Workplace();
    prepare(place, text);
    for (const { info, text: commands } of blocks) {
      const printed = await runShell(place, commands);
      const expected = /^sh run=(\S+)$/.exec(info)?.[1] ?? "";
      ok(printed.includes(expected), `no ${expected} by:\n${commands}\n${printed}`);
    }
  });
}

Deno.test("documents have programs that pass the type check", async () => {
  await using place = new Workplace();
  const files: string[] = [];
  for (const page of PAGES) {
    for (const { info, text } of blocksOf(read(page))) {
      const name = /^ts file=(\S+)$/.exec(info)?.[1];
      if (name !== undefined) {
        files.push(place.write(`${page.replaceAll("/", "_")}_${name}`, ofThisCheckout(text)));
      }
    }
  }
  ok(files.length >= 4);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-lock", ...files],
    stdin: "null",
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
});
