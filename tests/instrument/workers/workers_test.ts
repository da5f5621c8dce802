/*
 * Workers of an instrumented program: each program runs plainly, instrumented and inactive, and
 * with trampolines on, and says and ends the same. With trampolines on, the one map of the process
 * names the functions of its Workers.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { withoutStaleMap } from "../../support/own_maps.ts";
import { readPerfMap } from "../../support/perf_map_reader.ts";

const PRELOAD = fileURLToPath(new URL("../../../lib/preload.ts", import.meta.url));

interface Result {
  code: number;
  stdout: string;
  stderr: string;
  /** Names in the map, without the directory; `undefined` without a map. */
  names: string[] | undefined;
}

interface RunOptions {
  flags?: readonly string[];
  instrumented?: boolean;
  active?: boolean;
}

/** Runs main.ts of a directory. */
async function run(directory: string, options: RunOptions): Promise<Result> {
  const { flags = ["--allow-all"], instrumented, active } = options;
  const preload = instrumented ? [`--preload=${PRELOAD}`] : [];
  const [program, ...args] = withoutStaleMap(
    [Deno.execPath(), "run", "--no-lock", "--no-check", ...flags, ...preload]
      .concat("main.ts", "an argument"),
  );
  const child = new Deno.Command(program!, {
    args,
    cwd: directory,
    env: {
      NO_COLOR: "1",
      JS_PERF_SUPPORT: active ? "1" : "",
      JS_PERF_JIT_SUPPORT: "",
      JS_PERF_ENGINE: "",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // A program that waits for a lost message would wait for ever.
    signal: AbortSignal.timeout(120_000),
  }).spawn();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll(directory, "");
  const path = `/tmp/perf-${child.pid}.map`;
  const map = await Deno.readFile(path).catch(() => undefined);
  if (map !== undefined) await Deno.remove(path);
  const names = map && readPerfMap(map).map(({ name }) => name.replace(directory, ""));
  // The output of two threads has no order, so it is sorted.
  const lines = text(stdout).split("\n").sort().join("\n");
  return { code, stdout: lines, stderr: withoutStacks(text(stderr)), names };
}

/** Where an error's stack goes through is not the same, and Node's Workers tell it twice. */
function withoutStacks(text: string): string {
  return text.replaceAll(/^ +at .*\n/gm, "");
}

/** Runs a program in all ways, compares them, and returns the names in the active one's map. */
async function compare(
  files: Readonly<Record<string, string>>,
  options: RunOptions = {},
): Promise<{ plain: Result; names: string[] }> {
  const directory = await Deno.makeTempDir({ prefix: "xperf-workers-" });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${directory}/${name}`, text.replace(/^\n/, ""));
    }
    const plain = await run(directory, options);
    for (const active of [false, true]) {
      const { names, ...result } = await run(directory, { ...options, instrumented: true, active });
      const { names: none, ...expected } = plain;
      equal(none, undefined);
      deepEqual(result, expected);
      if (active) return { plain, names: names ?? [] };
      equal(names, undefined);
    }
    throw new Error("unreachable");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("a Web Worker has its own address, name, metadata and messages", async () => {
  const { plain, names } = await compare({
    "main.ts": `
const options = { type: "module", name: "W" } as const;
const worker = new Worker(new URL("worker.ts?a=b#c", import.meta.url), options);
console.log(worker instanceof Worker, worker.constructor === Worker, String(worker), Worker.name);
worker.postMessage(1);
worker.postMessage({ deep: [2] }, { transfer: [] });
worker.postMessage(3);
let count = 0;
worker.addEventListener("message", ({ data, isTrusted }) => {
  console.log(data, isTrusted);
  if (++count === 4) worker.terminate();
});
`,
    "worker.ts": `#!/usr/bin/env deno
"use strict";
import { twice } from "./other.ts";
interface Message { data: unknown; isTrusted: boolean }
const { main, url, filename, dirname } = import.meta;
console.log({ main, url, filename, dirname, name: self.name, relative: import.meta.resolve("./a") });
console.log(location.href, \`\${location}\`, location.search, location.hash, location.protocol, location);
console.log(self.constructor.name, "mainModule" in Deno, typeof Deno.args, [...twice([1, 2])]);
// A message is not to be lost that comes before the handler is there.
await Promise.resolve();
self.onmessage = function ({ data, isTrusted }: Message) {
  console.log("received", data, isTrusted);
  queueMicrotask(() => console.log("a microtask after", data));
  postMessage(data);
};
console.log(await fetch("./data.txt").then((response) => response.text()), new Request("x").url);
console.log(new Error("where").stack!.split("\\n")[1]!.replace(/.*\\/|\\?.*?(?=:)/g, ""));
postMessage("ready");
`,
    "other.ts": `
export function* twice(values: number[]) { for (const value of values) yield 2 * value; }
`,
    "data.txt": "some data",
  });
  equal(plain.stderr, "");
  ok(plain.stdout.includes("some data"));
  for (
    const name of [
      ...["js::<module>:/main.ts", "js::<module>:/worker.ts", "js::twice:/other.ts:1"],
      ...["js::self.onmessage:/worker.ts:11", "js::<anonymous>:/main.ts:8"],
    ]
  ) ok(names.includes(name), `${name} is not in ${names.join("\n")}`);
});

Deno.test("a Worker receives messages while its module waits for them", async () => {
  await compare({
    "main.ts": `
const worker = new Worker(import.meta.resolve("./worker.ts"), { type: "module" });
worker.postMessage("go");
worker.onmessage = ({ data }) => {
  console.log(data);
  worker.terminate();
};
`,
    "worker.ts": `
const { promise, resolve } = Promise.withResolvers();
self.onmessage = ({ data }) => resolve(data);
postMessage(\`after \${await promise}\`);
`,
  });
});

Deno.test("a Worker's errors are reported unchanged", async () => {
  const main = (worker: string, more = "") => `
const worker = new Worker(import.meta.resolve("./${worker}"), { type: "module", name: "E" });
worker.onerror = (event) => {
  const { message, filename, lineno, colno, error } = event;
  console.log({ message, filename, lineno, colno, error });
  event.preventDefault();
};
globalThis.addEventListener("error", ({ message }) => console.log("window", message));
${more}`;
  for (
    const [source, more] of [
      ['const x = 1;\nthrow new TypeError("at the start");', undefined],
      ['import "./thrower.ts";', undefined],
      ['await null; throw "a text";', undefined],
      ['function f(): never {\n  throw new RangeError("later");\n}\nsetTimeout(f);', undefined],
      ['self.onmessage = () => { throw new Error("in a handler"); };', "worker.postMessage(1);"],
      ['Promise.reject(new Error("nobody listens"));', undefined],
    ]
  ) {
    const { plain } = await compare({
      "main.ts": main("worker.ts", more),
      "worker.ts": source!,
      "thrower.ts": 'throw new Error("in a module");',
    });
    ok(/message: ["']/.test(plain.stdout), plain.stdout);
  }
  // Without a handler of the error the program ends with an error of its own.
  const { plain } = await compare({
    "main.ts": 'new Worker(import.meta.resolve("./worker.ts"), { type: "module" });',
    "worker.ts": 'throw new Error("nobody listens");',
  });
  equal(plain.code, 1);
});

Deno.test("the runtime reports a Worker that cannot be started", async () => {
  await compare({
    "main.ts": `
const tries: [unknown, unknown?][] = [
  ["./main.ts"], ["no address", { type: "module" }], [undefined, { type: "module" }],
  ["file:///main.ts", { type: "classic" }], ["file:///main.ts", { type: "other" }],
  [{ toString() { throw new Error("mine"); } }, { type: "module" }],
  ["./relative.ts", { type: "module" }],
];
for (const args of tries) {
  try {
    new (Worker as any)(...args).onerror = (event: Event) => event.preventDefault();
    console.log("started");
  } catch (error) {
    console.log(String(error));
  }
}
try {
  (Worker as any)("file:///main.ts", { type: "module" });
} catch (error) {
  console.log(String(error));
}
const missing = new Worker(import.meta.resolve("./missing.ts"), { type: "module" });
missing.onerror = (event) => {
  event.preventDefault();
  console.log(event.message.replace(import.meta.dirname!, ""));
};
setTimeout(() => Deno.exit(), 500);
`,
  });
});

Deno.test("Workers start Workers, from data: and blob: too, and can be subclassed", async () => {
  const { names } = await compare({
    "main.ts": `
class Named extends Worker {
  ready = new Promise((resolve) => this.addEventListener("message", ({ data }) => resolve(data)));
  end() { this.terminate(); return "ended"; }
}
const outer = new Named(import.meta.resolve("./outer.ts"), { type: "module" });
console.log(outer instanceof Named, outer instanceof Worker, await outer.ready, outer.end());
const text = \`import { inner } from "\${import.meta.resolve("./inner.ts")}"; postMessage(inner("data"));\`;
const data = new Named(\`data:text/javascript,\${encodeURIComponent(text)}\`, { type: "module" });
console.log(await data.ready, data.end());
const url = URL.createObjectURL(new Blob(["postMessage('blob')"], { type: "text/javascript" }));
const blob = new Named(url, { type: "module" });
URL.revokeObjectURL(url);
console.log(await blob.ready, blob.end());
`,
    "outer.ts": `
import { inner } from "./inner.ts";
const worker = new Worker("./middle.ts", { type: "module" });
worker.onmessage = ({ data }) => postMessage(inner(data));
`,
    "middle.ts":
      `import { inner } from "./inner.ts"; postMessage(inner(location.pathname.slice(-9)));`,
    "inner.ts": "export function inner(text: unknown) { return `inner ${text}`; }",
  });
  // Three threads, and a trampoline in each.
  ok(names.filter((name) => name === "js::inner:/inner.ts:1").length >= 3);
});

Deno.test("a Worker with permissions of its own is left unchanged", async () => {
  await compare({
    "main.ts": `
const permissions = Deno.args[0] === undefined ? "inherit" : "none";
const worker = new Worker(import.meta.resolve("./worker.ts"), {
  type: "module",
  deno: { permissions },
} as WorkerOptions);
worker.onmessage = ({ data }) => { console.log(data); worker.terminate(); };
`,
    "worker.ts": `
import { text } from "./other.ts";
postMessage(\`\${text} \${Deno.permissions.querySync({ name: "read" }).state}\`);
`,
    "other.ts": 'export const text = "no permission";',
  }, { flags: ["--allow-all", "--unstable-worker-options"] });
});

Deno.test("a Worker ends by close(), by Deno.exit() and in the middle of a call", async () => {
  await compare({
    "main.ts": `
for (const how of ["close", "exit", "loop"]) {
  const worker = new Worker(import.meta.resolve("./worker.ts"), { type: "module" });
  await new Promise<void>((resolve) => {
    worker.onmessage = ({ data }) => {
      console.log(data);
      if (data === "started") worker.postMessage(how);
      else if (how === "loop") setTimeout(() => resolve(worker.terminate()), 20);
      else resolve();
    };
  });
}
function after(n: number): number { return n < 2 ? n : after(n - 1) + after(n - 2); }
console.log(after(15));
Deno.exit();
`,
    "worker.ts": `
function spin(): number { let n = 0; for (;;) n += deep(20); }
function deep(n: number): number { return n === 0 ? 1 : deep(n - 1); }
self.onmessage = ({ data }) => {
  postMessage(data);
  if (data === "close") self.close();
  else if (data === "exit") Deno.exit(3);
  else spin();
};
postMessage("started");
`,
  });
});

Deno.test("Workers of node:worker_threads behave as without the preload", async () => {
  const { plain, names } = await compare({
    "main.ts": `
import threads, { Worker } from "node:worker_threads";
import { createRequire } from "node:module";
import { once } from "node:events";
const require = createRequire(import.meta.url);
console.log(threads.Worker === Worker, require("worker_threads").Worker === Worker, Worker.name);
for (const [name, options] of [
  ["./worker.mjs", { workerData: { a: 1 }, argv: ["b"], name: "n" }],
  [new URL("./worker.mjs", import.meta.url), { env: { C: "d" }, stdin: true }],
  [\`\${import.meta.dirname}/worker.cjs\`, { workerData: "e" }],
  ["postMessage(typeof require)", { eval: true }],
] as const) {
  const worker = new Worker(name, options as any);
  worker.on("error", (error) => console.log("error", String(error)));
  console.log(worker instanceof Worker, worker.constructor === Worker);
  worker.postMessage("early");
  if (options && "stdin" in options) worker.stdin!.end("from stdin");
  if (!("eval" in options)) worker.once("message", (data) => console.log(data));
  console.log(await once(worker, "exit"));
}
for (const args of [["no path"], ["./missing.mjs"], [new URL("http://a/")], [1]]) {
  try {
    const worker = new (Worker as any)(...args);
    worker.on("error", (error: Error) => console.log(String(error).replace(import.meta.dirname!, "")));
    console.log(await once(worker, "exit"));
  } catch (error) {
    console.log(String(error));
  }
}
`,
    "worker.mjs": `
import { parentPort, workerData, threadId, isMainThread, Worker } from "node:worker_threads";
import process from "node:process";
const { main, filename } = import.meta;
console.log({ main, filename, workerData, isMainThread, argv: process.argv.slice(1) });
console.log(process.env.C, typeof threadId, typeof require, require("./worker.cjs").name, Worker.name);
if (process.env.C) process.stdin.on("data", (data) => console.log(String(data)));
parentPort.once("message", function received(data) { parentPort.postMessage([data, workerData]); });
`,
    "worker.cjs": `
const { parentPort, workerData, isMainThread } = require("node:worker_threads");
exports.name = function own() { return "cjs"; }();
if (workerData === "e") {
  console.log(__filename, isMainThread, process.argv[1]);
  parentPort.once("message", (data) => parentPort.postMessage([data, workerData]));
}
`,
  });
  ok(plain.stdout.includes("from stdin"));
  for (const name of ["js::received:/worker.mjs:7", "js::own:/worker.cjs:2"]) {
    ok(names.includes(name), `${name} is not in ${names.join("\n")}`);
  }
});

Deno.test("a Worker starts with trampolines on or off, as in the thread that starts it", async () => {
  const { names } = await compare({
    "main.ts": `
import { activateStackTrampoline, deactivateStackTrampoline } from "@x/perf";
const run = (name: string) => new Promise<void>((resolve) => {
  const worker = new Worker(import.meta.resolve(\`./\${name}.ts\`), { type: "module" });
  worker.onmessage = () => resolve(worker.terminate());
});
deactivateStackTrampoline();
await run("off");
if (Deno.env.get("JS_PERF_SUPPORT")) activateStackTrampoline();
await run("on");
`,
    "off.ts": "(function off() { postMessage(1); })();",
    "on.ts": "(function on() { postMessage(1); })();",
    "deno.json": JSON.stringify({
      imports: { "@x/perf": new URL("../../../mod.ts", import.meta.url).href },
    }),
  });
  ok(names.includes("js::on:/on.ts:1"));
  ok(!names.some((name) => name.includes("off")), names.join("\n"));
});
