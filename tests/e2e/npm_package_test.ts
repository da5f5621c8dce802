/*
 * The installed npm package: built, packed, and installed by npm in an empty folder.
 */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";

import { buildNpm, type BuiltPackage } from "../../scripts/build/npm.ts";
import { npmPackage } from "../../scripts/build/npm_package.ts";
import { BLOCKERS, BLOCKING, RESULTS } from "../support/blocking_program.ts";
import { demo, demoByHand, measureNesting } from "../support/demo.ts";
import { obstacleOfCommand, testNeeding } from "../support/needing.ts";
import {
  installOnce,
  npm,
  obstacleOfRuntime,
  OTHER_RUNTIMES,
  type OtherRuntime,
  runCommand,
  runtimeProgram,
} from "../support/other_runtime.ts";
import { obstacleOfPerf, parsePerfScript, type Sample } from "../support/perf.ts";
import { Registry } from "../support/registry.ts";

const obstacleOfNpm = obstacleOfCommand("npm", "--version");

/** The tools that check the package, with their versions. */
const TOOLS = ["typescript@7.0.2", "publint@0.3.25", "@arethetypeswrong/cli@0.18.5"];

const tarballs = Deno.makeTempDirSync({ prefix: "xperf-npm-" });
globalThis.addEventListener("unload", () => Deno.removeSync(tarballs, { recursive: true }));

let building: Promise<BuiltPackage> | undefined;

/** The package, built once it is asked for. */
function build(): Promise<BuiltPackage> {
  return building ??= buildNpm(npmPackage, tarballs);
}

/** A folder in which npm has installed the package, to be copied. */
let installed: string | undefined;

/** A folder that was empty before npm installed the package in it. */
class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "xperf-npm-" });

  /** Makes one. */
  static async make(): Promise<Folder> {
    const { tarball } = await build();
    if (installed === undefined) {
      installed = `${tarballs}/installed`;
      Deno.mkdirSync(installed);
      npm(["install", tarball], installed);
    }
    return new Folder(installed);
  }

  private constructor(installed: string) {
    const { success } = new Deno.Command("cp", { args: ["-r", `${installed}/.`, this.path] })
      .outputSync();
    ok(success);
  }

  /** The installed package. */
  get package(): string {
    return `${this.path}/node_modules/@x/perf`;
  }

  write(name: string, text: string): string {
    Deno.writeTextFileSync(`${this.path}/${name}`, text);
    return `${this.path}/${name}`;
  }

  [Symbol.dispose](): void {
    for (const { name } of Deno.readDirSync(this.path)) {
      const pid = /^(\d+)\.pid$/.exec(name)?.[1];
      if (pid !== undefined) removeIfThere(`/tmp/perf-${pid}.map`);
    }
    Deno.removeSync(this.path, { recursive: true });
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** In front of a program: tells its pid, on a line that is there. */
const TELL_PID =
  'import * as fs from "node:fs"; import process from "node:process"; fs.writeFileSync(`${process.pid}.pid`, ""); ';

/** Records a program in another runtime with `perf record -g`, and reads the samples. */
async function record(
  folder: Folder,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ samples: Sample[]; stderr: string }> {
  const recorded = await runCommand(
    ["perf", "record", "-F", "999", "-g", "-o", "perf.data", "--", ...command],
    { cwd: folder.path, env },
  );
  equal(recorded.code, 0, recorded.stderr);
  const script = ["perf", "script", "--no-inline", "-F", "ip,sym", "-i", "perf.data"];
  const { code, stdout, stderr } = await runCommand(script, { cwd: folder.path });
  equal(code, 0, stderr);
  return { samples: parsePerfScript(stdout), stderr: recorded.stderr };
}

const ON = { JS_PERF_SUPPORT: "1" };

function checkNesting(samples: Sample[], file: string): void {
  const { nested, whole } = measureNesting(samples, file);
  ok(nested >= 95, `${nested} % have foo <- bar <- baz`);
  ok(whole >= 90, `${whole} % walk on to __libc_start_call_main`);
}

function checkNothing(samples: Sample[]): void {
  ok(samples.length > 500, `only ${samples.length} samples`);
  deepEqual(samples.flat().filter((name) => name.startsWith("js::")), []);
}

/** The demo without its types, which Node below 22.18 does not take. */
const withoutTypes = (text: string) => text.replaceAll(": number", "");

for (
  const [runtime, name] of [["node22", "demo.mjs"], ["node24", "demo.ts"], [
    "node26",
    "demo.ts",
  ]] as const
) {
  testNeeding(
    obstacleOfNpm ?? obstacleOfRuntime(runtime) ?? obstacleOfPerf(),
    `perf record shows foo <- bar <- baz in ${runtime}, with --import @x/perf/preload`,
    async () => {
      using folder = await Folder.make();
      const text = demo.replace("/*", `${TELL_PID}/*`);
      const file = folder.write(name, name.endsWith(".ts") ? text : withoutTypes(text));
      const command = [runtimeProgram(runtime), "--import", "@x/perf/preload", file];
      checkNesting((await record(folder, command, ON)).samples, file);
      checkNothing((await record(folder, command)).samples);
      checkNothing((await record(folder, [runtimeProgram(runtime), file], ON)).samples);
    },
  );
}

for (const runtime of ["node20", "bun"] as const) {
  testNeeding(
    obstacleOfNpm ?? obstacleOfRuntime(runtime) ?? obstacleOfPerf(),
    `perf record shows foo <- bar <- baz in ${runtime}, wrapped by hand`,
    async () => {
      using folder = await Folder.make();
      const text = demoByHand.replace("import", `${TELL_PID}import`);
      const file = folder.write("demo.mjs", withoutTypes(text));
      const command = [runtimeProgram(runtime), file];
      checkNesting((await record(folder, command, ON)).samples, file);
      checkNothing((await record(folder, command)).samples);
    },
  );
}

for (const [runtime, flag] of [["node20", "--import"], ["bun", "--preload"]] as const) {
  testNeeding(
    obstacleOfNpm ?? obstacleOfRuntime(runtime),
    `the preload in ${runtime} warns that it cannot instrument, and the program runs`,
    async () => {
      using folder = await Folder.make();
      const file = folder.write("a.mjs", "console.log('ran');");
      const command = [runtimeProgram(runtime), flag, "@x/perf/preload", file];
      const { code, stdout, stderr } = await runCommand(command, { cwd: folder.path });
      deepEqual({ code, stdout }, { code: 0, stdout: "ran\n" });
      match(
        stderr,
        /^@x\/perf: Cannot instrument the program: \S+ [\d.]+ has no module\.registerHooks/,
      );
    },
  );
}

/** A Worker that ends in the middle of a call, six trampolines deep. */
const ENDING_WORKER = `
import { isMainThread, parentPort, Worker } from "node:worker_threads";
const how = process.argv[2];
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { argv: [how] });
  worker.on("error", (error) => console.log(String(error)));
  worker.on("exit", (code) => console.log("exit", code));
  worker.on("message", () => {
    if (how === "terminate") worker.terminate();
  });
} else deep(5);
function deep(n) {
  return n > 0 ? deep(n - 1) : end();
}
function end() {
  parentPort.postMessage("in");
  if (how === "exit") process.exit(5);
  if (how === "throw") throw new TypeError("boom");
  if (how === "overflow") overflow();
  while (how === "terminate");
}
function overflow() {
  return overflow() + 1;
}
`;

for (const runtime of ["node22", "node24", "node26"] as const) {
  testNeeding(
    obstacleOfNpm ?? obstacleOfRuntime(runtime),
    `a Worker that ends in the middle of a call ends as without the preload in ${runtime}`,
    async () => {
      using folder = await Folder.make();
      const file = folder.write("a.mjs", TELL_PID + ENDING_WORKER);
      for (const how of ["exit", "throw", "terminate", "overflow", "return"]) {
        const plain = await runCommand([runtimeProgram(runtime), file, how], { cwd: folder.path });
        const command = [runtimeProgram(runtime), "--import", "@x/perf/preload", file, how];
        const traced = await runCommand(command, { cwd: folder.path, env: ON });
        deepEqual(traced, plain, how);
      }
      const maps = [...Deno.readDirSync(folder.path)].flatMap(({ name }) =>
        name.endsWith(".pid") ? readMap(`/tmp/perf-${name.slice(0, -".pid".length)}.map`) : []
      );
      equal(maps.filter((line) => / js::deep:.*:\d+$/.test(line)).length, 5);
    },
  );
}

function readMap(path: string): string[] {
  try {
    return Deno.readTextFileSync(path).trim().split("\n");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

testNeeding(
  obstacleOfNpm ?? obstacleOfRuntime("node20") ?? obstacleOfPerf(),
  "js-perf leaves the last word to TypeScript that node20 does not take",
  async () => {
    using folder = await Folder.make();
    folder.write("typed.ts", "const a: number = 1;\nconsole.log(a);\n");
    const node = runtimeProgram("node20");
    const plain = await runCommand([node, "typed.ts"], { cwd: folder.path });
    const command = [node, `${folder.path}/node_modules/.bin/js-perf`, "profile"];
    const { code, stdout, stderr } = await runCommand([...command, "typed.ts"], {
      cwd: folder.path,
    });
    equal(code, plain.code);
    equal(stdout, "");
    match(
      stderr,
      /SyntaxError: Missing initializer[^]*\nnote: no report, since the program ended [^\n]*\n$/,
    );
  },
);

testNeeding(
  obstacleOfNpm ?? obstacleOfRuntime("node24") ?? obstacleOfPerf(),
  "js-perf names what a script forks in node24",
  async () => {
    using folder = await Folder.make();
    const work = (name: string) =>
      `function ${name}() { let s = 0; for (let i = 0; i < 3e8; i++) s = (s + i) | 0; return s; }\n` +
      `${name}();\n`;
    folder.write("child.mjs", work("inChild"));
    folder.write(
      "parent.mjs",
      `import { fork } from "node:child_process";\n${work("inParent")}fork("./child.mjs");`,
    );
    const command = [runtimeProgram("node24"), `${folder.path}/node_modules/.bin/js-perf`];
    const { code, stdout, stderr } = await runCommand([
      ...command,
      "profile",
      "--format",
      "perf",
      "parent.mjs",
    ], {
      cwd: folder.path,
    });
    equal(code, 0, stderr);
    match(stdout, /js::inParent:/);
    match(stdout, /js::inChild:/);
  },
);

for (const runtime of ["node20", "node24", "node26"] as const) {
  testNeeding(
    obstacleOfNpm ?? obstacleOfRuntime(runtime) ?? obstacleOfPerf(),
    `js-perf profiles a script, and its demo, in ${runtime}`,
    async () => {
      using folder = await Folder.make();
      const script = folder.write("demo.mjs", withoutTypes(demo.replace("/*", `${TELL_PID}/*`)));
      const command = [runtimeProgram(runtime), `${folder.path}/node_modules/.bin/js-perf`];
      for (const words of [[script], []]) {
        const args = ["profile", "--format", "perf", ...words];
        const { code, stdout, stderr } = await runCommand([...command, ...args], {
          cwd: folder.path,
        });
        equal(code, 0, stderr);
        match(stdout, /js::baz:[^]*js::bar:[^]*js::foo:/);
      }
      const unknown = await runCommand([...command, "nothing"], { cwd: folder.path });
      equal(unknown.code, 2);
      match(unknown.stderr, /^error: Cannot start command "nothing"/);
    },
  );
}

for (const runtime of OTHER_RUNTIMES) {
  testNeeding(
    obstacleOfNpm ?? obstacleOfRuntime(runtime),
    `the package has the native library in it in ${runtime}`,
    async () => {
      using folder = await Folder.make();
      const program = folder.write(
        "a.mjs",
        `${TELL_PID}
import { activateStackTrampoline, isStackTrampolineActive, withPerf } from "@x/perf";
const foo = withPerf(function foo() { return 42; });
activateStackTrampoline();
console.log(isStackTrampolineActive(), foo());`,
      );
      const ended = await runCommand([runtimeProgram(runtime), program], { cwd: folder.path });
      deepEqual(ended, { code: 0, stdout: "true 42\n", stderr: "" });
    },
  );
}

/** A program with a Worker, which both keep the processor busy. */
const WITH_WORKER = `
import { isMainThread, Worker } from "node:worker_threads";
if (isMainThread) {
  console.log("main", inMain());
  new Worker(new URL("worker.mjs", import.meta.url)).on("message", (data) => console.log(data));
}
function inMain() { return busy(); }
function busy() { let s = 0; for (let i = 0; i < 2e8; i++) s = (s + i) | 0; return s; }
`;

const WORKER = `
import { parentPort } from "node:worker_threads";
parentPort.postMessage(inWorker());
function inWorker() { let s = 0; for (let i = 0; i < 2e8; i++) s = (s + i) | 0; return s; }
`;

/** The start of a runtime, and the flags that preload the package in node_modules. */
function startOf(runtime: OtherRuntime | "deno", folder: Folder): [string[], string[]] {
  return runtime === "deno"
    ? [
      [Deno.execPath(), "run", "-A", "--no-lock"],
      [`--preload=${folder.package}/lib/preload.js`],
    ]
    : [[runtimeProgram(runtime)], ["--import", "@x/perf/preload"]];
}

for (const runtime of ["node22", "node24", "node26", "deno"] as const) {
  testNeeding(
    obstacleOfNpm ?? (runtime === "deno" ? undefined : obstacleOfRuntime(runtime)) ??
      obstacleOfPerf(),
    `perf record names functions of a Worker, by the package in node_modules, in ${runtime}`,
    async () => {
      using folder = await Folder.make();
      const file = folder.write("main.mjs", TELL_PID + WITH_WORKER);
      folder.write("worker.mjs", WORKER);
      const [start, preload] = startOf(runtime, folder);
      const plain = await runCommand([...start, file], { cwd: folder.path });
      equal(plain.code, 0, plain.stderr);
      const traced = await runCommand([...start, ...preload, file], { cwd: folder.path, env: ON });
      deepEqual(traced, plain);
      const { samples } = await record(folder, [...start, ...preload, file], ON);
      for (const name of ["inMain", "inWorker"]) {
        const count = samples.flat().filter((symbol) => symbol.startsWith(`js::${name}:`)).length;
        console.log(`${runtime}: ${count} of ${samples.length} samples are in ${name}`);
        ok(count > 20, `only ${count} samples of ${name}`);
      }
      const { samples: others } = await record(folder, [...start, file], ON);
      ok(others.length > 50, `only ${others.length} samples`);
      deepEqual(others.flat().filter((symbol) => symbol.startsWith("js::")), []);
    },
  );
}

/** Functions that are called often enough for V8 to move their trampolines. */
const OFTEN = `
let sum = 0;
function foo(rounds) { for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) | 0; }
function bar(rounds) { foo(rounds); }
function baz(rounds) { bar(rounds); }
const end = performance.now() + 3000;
while (performance.now() < end) baz(500);
`;

for (const runtime of ["node22", "node24", "node26"] as const) {
  testNeeding(
    obstacleOfNpm ?? obstacleOfRuntime(runtime) ?? obstacleOfPerf(),
    `trampolines that V8 makes and moves have their names in ${runtime}`,
    async () => {
      using folder = await Folder.make();
      const file = folder.write("often.mjs", TELL_PID + OFTEN);
      const { samples, stderr } = await record(
        folder,
        [runtimeProgram(runtime), "--import", "@x/perf/preload", file],
        { ...ON, JS_PERF_ENGINE: "wasm" },
      );
      doesNotMatch(stderr, /@x\/perf/);
      const names = ["foo", "bar", "baz"];
      const inFoo = samples.filter((frames) => frames.some((name) => name.startsWith("js::foo:")));
      const nested = inFoo.filter((frames) =>
        names.every((name) => frames.some((frame) => frame.startsWith(`js::${name}:`)))
      );
      console.log(`${runtime}: ${nested.length} of ${inFoo.length} samples in foo are nested`);
      ok(inFoo.length > 500, `only ${inFoo.length} samples in foo`);
      ok(nested.length >= 0.95 * inFoo.length, `only ${nested.length} of ${inFoo.length}`);
      const pid = [...Deno.readDirSync(folder.path)]
        .flatMap(({ name }) => /^(\d+)\.pid$/.exec(name)?.[1] ?? [])[0];
      const map = readMap(`/tmp/perf-${pid}.map`);
      for (const name of names) {
        // Where it was, and where V8 has moved it.
        equal(map.filter((line) => line.includes(` js::${name}:`)).length, 2, name);
      }
    },
  );
}

testNeeding(
  obstacleOfNpm,
  "deno run --preload=npm:@x/perf/preload names functions of Workers, and asks nothing twice",
  async () => {
    using folder = await Folder.make();
    const { tarball } = await build();
    const [registryOfOthers] = (await runCommand(["npm", "config", "get", "registry"], {
      cwd: folder.path,
    })).stdout.split("\n");
    await using registry = await Registry.start({
      answer: (path) => {
        if (!path.startsWith("/@x")) return Response.redirect(registryOfOthers + path.slice(1));
        return path.endsWith(".tgz")
          ? new Response(Deno.readFileSync(tarball))
          : Response.json(packument(folder, registry.url));
      },
    });
    folder.write("main.mjs", TELL_PID + WITH_WORKER.replaceAll("2e8", "1e4"));
    folder.write("worker.mjs", WORKER.replaceAll("2e8", "1e4"));
    const run = (...flags: string[]) =>
      registry.deno(
        ["run", "--quiet", "-A", "--no-lock", "--node-modules-dir=none", ...flags, "main.mjs"],
        { cwd: folder.path, env: { ...ON, NPM_CONFIG_REGISTRY: registry.url } },
      );
    const plain = await run();
    for (const isFirst of [true, false]) {
      registry.takeRequests();
      deepEqual(await run("--preload=npm:@x/perf/preload"), plain);
      const requests = registry.takeRequests().length;
      console.log(`npm: in Deno: ${requests} requests of the ${isFirst ? "first" : "second"} run`);
      equal(requests > 0, isFirst);
    }
    const names = [...Deno.readDirSync(folder.path)].flatMap(({ name }) =>
      name.endsWith(".pid") ? readMap(`/tmp/perf-${name.slice(0, -".pid".length)}.map`) : []
    );
    for (const name of ["inMain", "inWorker"]) {
      ok(names.some((line) => line.includes(` js::${name}:`)), name);
    }
  },
);

/** The package as a registry of npm describes it. */
function packument(folder: Folder, url: string) {
  const description = JSON.parse(Deno.readTextFileSync(`${folder.package}/package.json`));
  const { name, version } = description;
  const dist = { tarball: `${url}/@x/perf/-/perf-${version}.tgz` };
  return {
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...description, dist } },
  };
}

testNeeding(
  obstacleOfNpm ?? obstacleOfRuntime("node20"),
  "the package's modules are valid JavaScript in node20",
  async () => {
    using folder = await Folder.make();
    const check = folder.write(
      "check.mjs",
      `
import { readFileSync } from "node:fs";
import { SourceTextModule } from "node:vm";
for (const file of process.argv.slice(2)) {
  new SourceTextModule(readFileSync(file, "utf8").replace(/^#!.*/, ""), { identifier: file });
}`,
    );
    const files = [...modules(folder.package)];
    ok(files.length > 50, `only ${files.length} modules`);
    const command = [runtimeProgram("node20"), "--experimental-vm-modules", check, ...files];
    const { code, stderr } = await runCommand(command, { cwd: folder.path });
    equal(code, 0, stderr);
  },
);

function* modules(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    if (isDirectory) yield* modules(`${directory}/${name}`);
    else if (name.endsWith(".js")) yield `${directory}/${name}`;
  }
}

testNeeding(obstacleOfNpm, "the package is small, and installs few others", async () => {
  using folder = await Folder.make();
  const built = await build();
  const lock = JSON.parse(Deno.readTextFileSync(`${folder.path}/package-lock.json`));
  const others = Object.keys(lock.packages).filter((path) =>
    path !== "" && path !== "node_modules/@x/perf"
  );
  console.log(
    `${built.size} bytes, ${built.unpackedSize} bytes unpacked, ${others.length} dependencies`,
  );
  // 160 KB of it are the messages of OpenTelemetry, which only `--push` loads.
  ok(built.unpackedSize <= 1_000_000, `${built.unpackedSize} bytes`);
  ok(others.length <= 10, others.join());
});

testNeeding(obstacleOfNpm, "the package's description and types are right", async () => {
  using folder = await Folder.make();
  const tools = `${
    installOnce(`tools-${TOOLS.join("-").replaceAll("/", "+")}`, TOOLS)
  }/node_modules/.bin`;
  folder.write(
    "use.mts",
    `
import { activateStackTrampoline, perfSession, type Support, support, withPerf } from "@x/perf";
import "@x/perf/preload";
import { type Ending, main } from "@x/perf/cli";
const add = withPerf(function add(a: number, b: number): number { return a + b; });
class Parser { @withPerf parse(text: string): number { return text.length; } }
const sum: number = add(1, 2);
const found: Support = support();
const ending: Promise<Ending> = main([]);
using session = perfSession("perf_jit", { engine: "native" });
// @ts-expect-error: there is no such backend
activateStackTrampoline("nothing");
// @ts-expect-error: an argument lacks
add(1);
export { ending, found, Parser, sum };
`,
  );
  const tsc = ["--strict", "--noEmit", "--target", "es2022", "--lib", "esnext,dom", "use.mts"];
  for (
    const command of [
      [`${tools}/tsc`, ...tsc, "--module", "nodenext", "--moduleResolution", "nodenext"],
      [`${tools}/tsc`, ...tsc, "--module", "esnext", "--moduleResolution", "bundler"],
      [`${tools}/publint`, "run", "--strict", folder.package],
      // The package has no CommonJS, but Node from 22.12 on can require ECMAScript modules.
      [`${tools}/attw`, "--ignore-rules", "cjs-resolves-to-esm", "--", (await build()).tarball],
    ]
  ) {
    const { code, stdout, stderr } = await runCommand(command, { cwd: folder.path });
    equal(code, 0, `${command.join(" ")}: ${stdout}${stderr}`);
  }
});

for (const runtime of ["node20", "node22", "node24", "node26"] as const) {
  testNeeding(
    obstacleOfNpm ?? obstacleOfRuntime(runtime) ?? obstacleOfCommand("mkfifo", "--version"),
    `js-perf profile --wall finds what blocks in ${runtime}, and changes no result`,
    async () => {
      using folder = await Folder.make();
      const script = folder.write("blocking.mjs", BLOCKING);
      new Deno.Command("mkfifo", { args: [`${folder.path}/fifo`] }).outputSync();
      const command = [runtimeProgram(runtime), `${folder.path}/node_modules/.bin/js-perf`];
      const { code, stdout, stderr } = await runCommand(
        [...command, "profile", "--wall", script, folder.path],
        { cwd: folder.path },
      );
      equal(code, 0, stderr);
      deepEqual(JSON.parse(/^{"results".*$/m.exec(stdout)![0]).results, RESULTS);
      const [, blockers = ""] = /^Blocks the event loop.*\n((?:.+\n)+)/m.exec(stdout) ?? [];
      for (const [name] of BLOCKERS) match(blockers, new RegExp(`  ${name}  blocking\\.mjs`));
    },
  );
}
