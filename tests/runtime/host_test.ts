import { deepEqual, equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { denoHost } from "../../lib/runtime/deno_host.ts";
import { bunHost, nodeHost } from "../../lib/runtime/node_host.ts";
import { host } from "../../lib/runtime/runtime.ts";

const start = { preload: "file:///p.js", stackSize: 3000 };

Deno.test("host is the host of this runtime", () => {
  equal(host, denoHost);
});

Deno.test("Host.startArgs() instruments, with more stack, unless the flags have a stack of their own", () => {
  deepEqual(denoHost.startArgs({ ...start, flags: ["-A"] }), [
    "run",
    "-A",
    "--v8-flags=--stack-size=3000",
    "--preload=file:///p.js",
  ]);
  deepEqual(nodeHost.startArgs({ ...start, flags: ["--no-warnings"] }), [
    "--no-warnings",
    "--stack-size=3000",
    "--import=file:///p.js",
  ]);
  deepEqual(bunHost.startArgs({ ...start, flags: [] }), ["--preload=file:///p.js"]);
  deepEqual(denoHost.startArgs({ ...start, flags: ["--v8-flags=--jitless"] }), [
    "run",
    "--v8-flags=--jitless",
    "--preload=file:///p.js",
  ]);
  deepEqual(nodeHost.startArgs({ ...start, flags: ["--stack_size=900"] }), [
    "--stack_size=900",
    "--import=file:///p.js",
  ]);
  deepEqual(nodeHost.startArgs({ ...start, flags: [], stackSize: undefined }), [
    "--import=file:///p.js",
  ]);
});

Deno.test("Host.startArgs() passes V8's flags beside the user's", () => {
  const engineFlags = ["--perf-basic-prof", "--no-turbo-inlining"];
  deepEqual(denoHost.startArgs({ ...start, flags: ["-A"], stackSize: undefined, engineFlags }), [
    "run",
    "-A",
    "--v8-flags=--perf-basic-prof,--no-turbo-inlining",
    "--preload=file:///p.js",
  ]);
  deepEqual(denoHost.startArgs({ ...start, flags: ["--v8-flags=--jitless", "-A"], engineFlags }), [
    "run",
    "-A",
    "--v8-flags=--jitless,--perf-basic-prof,--no-turbo-inlining",
    "--preload=file:///p.js",
  ]);
  deepEqual(nodeHost.startArgs({ ...start, flags: [], stackSize: undefined, engineFlags }), [
    ...engineFlags,
    "--import=file:///p.js",
  ]);
});

Deno.test("only the hosts and modules for one runtime's own interfaces use its names", async () => {
  const found: string[] = [];
  const lib = new URL("../../lib/", import.meta.url);
  for await (const { path, text } of sources(lib)) {
    const code = text.replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, "");
    if (/\b(?:Deno|Bun)\b\s*[.?[]|\btypeof (?:Deno|Bun)\b/.test(code)) {
      found.push(fileURLToPath(path).slice(fileURLToPath(lib).length));
    }
  }
  deepEqual(found.sort(), [
    // Deno.test and Deno.bench
    "instrument/stacks/deno_tests.ts",
    // Deno.dlopen
    "native/ffi_library.ts",
    "runtime/deno_host.ts",
    "runtime/runtime.ts",
    // Deno.addSignalListener
    "sampler/heap/ending_signals.ts",
    // Deno.serve
    "spans/http_spans.ts",
  ]);
});

async function* sources(directory: URL): AsyncGenerator<{ path: URL; text: string }> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = new URL(isDirectory ? `${name}/` : name, directory);
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield { path, text: await Deno.readTextFile(path) };
  }
}
