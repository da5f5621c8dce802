/*
 * The package as its users get it from a registry: by jsr: and https: addresses, with and without a
 * lock file, vendored, offline. Each case runs twice; the second run asks the registry for nothing.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";

import configuration from "../../deno.json" with { type: "json" };
import { testNeeding } from "../support/needing.ts";
import { readPerfMap } from "../support/perf_map_reader.ts";
import { obstacleOfHttps, Registry } from "../support/registry.ts";

const { version } = configuration;

/** A program with a Worker of each kind. It leaves its pid in a file. */
const FILES: Readonly<Record<string, string>> = {
  "main.ts": `
import { Worker as Thread } from "node:worker_threads";
Deno.writeTextFileSync("pid", String(Deno.pid));
(function inMain() { console.log("main"); })();
const web = new Worker(import.meta.resolve("./web.ts"), { type: "module" });
await new Promise((resolve) => web.onmessage = ({ data }) => resolve(console.log(data)));
web.terminate();
const thread = new Thread(new URL("./thread.ts", import.meta.url));
thread.on("message", (data) => console.log(data));
`,
  "web.ts": '(function inWeb() { postMessage("web"); })();',
  "thread.ts": `
import { parentPort } from "node:worker_threads";
(function inThread() { parentPort.postMessage("thread"); })();
`,
  "wrapped.ts": `
import { isStackTrampolineActive, withPerf } from "PERF";
Deno.writeTextFileSync("pid", String(Deno.pid));
console.log(withPerf(function wrapped() { return isStackTrampolineActive(); })());
`,
  "deno.json": "{}",
};

const NAMED = ["inMain", "inThread", "inWeb"];

/** One way to get the package. */
interface Way {
  name: string;
  /** Whether the registry speaks https. */
  secure?: boolean;
  /** Prepares the directory of the program. */
  prepare?: (registry: Registry) => Promise<void>;
  /** Arguments of `deno run`, behind the flags that all ways have. */
  args: (registry: Registry) => string[];
  /** Functions that must have names in the map. */
  named: string[];
  /** The program's output. */
  output: string;
}

const wrapped = { named: ["wrapped"], output: "true\n" };
const workers = { named: NAMED, output: "main\nweb\nthread\n" };

/** Has the program import the package by a specifier. */
function importFrom(specifier: (registry: Registry) => string) {
  return async (registry: Registry) => {
    const text = FILES["wrapped.ts"]!.replace("PERF", specifier(registry));
    await Deno.writeTextFile(`${registry.home}/wrapped.ts`, text);
  };
}

async function run(registry: Registry, ...args: string[]): Promise<void> {
  const { code, stderr } = await registry.deno(args);
  equal(code, 0, stderr);
}

/** A program whose lock file has the preload, as after `deno install`. */
async function lockPreload(registry: Registry, preload: string): Promise<void> {
  await run(registry, "run", "-A", `--preload=${preload}`, "main.ts");
}

const WAYS: readonly Way[] = [
  {
    name: "import of a jsr: address",
    prepare: importFrom(() => "jsr:@x/perf"),
    args: () => ["--no-lock", "wrapped.ts"],
    ...wrapped,
  },
  {
    name: "import of an https: address",
    secure: true,
    prepare: importFrom((registry) => registry.file("mod.ts")),
    args: () => ["--no-lock", "wrapped.ts"],
    ...wrapped,
  },
  {
    name: "deno add",
    prepare: async (registry) => {
      await importFrom(() => "@x/perf")(registry);
      await run(registry, "add", "jsr:@x/perf");
    },
    args: () => ["--frozen", "wrapped.ts"],
    ...wrapped,
  },
  {
    name: "an import map",
    prepare: async (registry) => {
      await importFrom(() => "perf")(registry);
      const map = { imports: { perf: registry.file("mod.ts") } };
      await Deno.writeTextFile(`${registry.home}/map.json`, JSON.stringify(map));
    },
    args: () => ["--no-lock", "--import-map=map.json", "wrapped.ts"],
    ...wrapped,
  },
  {
    name: "the preload by a jsr: address",
    args: () => ["--no-lock", "--preload=jsr:@x/perf/preload", "main.ts"],
    ...workers,
  },
  {
    name: "the preload by an https: address",
    secure: true,
    args: (registry) => ["--no-lock", `--preload=${registry.file("lib/preload.ts")}`, "main.ts"],
    ...workers,
  },
  {
    name: "the preload by a jsr: address, with a lock file",
    prepare: (registry) => lockPreload(registry, "jsr:@x/perf/preload"),
    args: () => ["--preload=jsr:@x/perf/preload", "main.ts"],
    ...workers,
  },
  {
    name: "the preload by a jsr: address, with a frozen lock file",
    prepare: (registry) => lockPreload(registry, "jsr:@x/perf/preload"),
    args: () => ["--frozen", "--preload=jsr:@x/perf/preload", "main.ts"],
    ...workers,
  },
  {
    name: "the preload by an https: address, with a frozen lock file",
    secure: true,
    prepare: (registry) => lockPreload(registry, registry.file("lib/preload.ts")),
    args: (registry) => ["--frozen", `--preload=${registry.file("lib/preload.ts")}`, "main.ts"],
    ...workers,
  },
  {
    name: "the preload, vendored",
    prepare: async ({ home }) => {
      await Deno.writeTextFile(`${home}/deno.json`, JSON.stringify({ vendor: true }));
    },
    args: () => ["--no-lock", "--preload=jsr:@x/perf/preload", "main.ts"],
    ...workers,
  },
];

/** Runs the program, and returns the names of its functions in the perf map. */
async function runNamed(registry: Registry, args: readonly string[], env = {}) {
  const { code, stdout, stderr } = await registry.deno(["run", "--quiet", "-A", ...args], {
    env: { JS_PERF_SUPPORT: "1", ...env },
  });
  const pid = await Deno.readTextFile(`${registry.home}/pid`).catch(() => undefined);
  const path = `/tmp/perf-${pid}.map`;
  const map = pid === undefined ? undefined : await Deno.readFile(path).catch(() => undefined);
  if (map !== undefined) await Deno.remove(path);
  const names = map === undefined ? [] : readPerfMap(map).flatMap(({ name }) => {
    const own = /^js::(\w+):/.exec(name)?.[1];
    return own === undefined ? [] : [own];
  });
  return { code, stdout, stderr, names: [...new Set(names)].sort() };
}

async function prepare(registry: Registry, way: Way): Promise<void> {
  for (const [name, text] of Object.entries(FILES)) {
    await Deno.writeTextFile(`${registry.home}/${name}`, text);
  }
  await way.prepare?.(registry);
}

for (const way of WAYS) {
  testNeeding(
    way.secure ? obstacleOfHttps : undefined,
    `from the network by ${way.name}: names all, asks nothing the second time`,
    async () => {
      await using registry = await Registry.start({ secure: way.secure });
      await prepare(registry, way);
      const lock = await Deno.readTextFile(`${registry.home}/deno.lock`).catch(() => undefined);
      const counts: number[] = [registry.takeRequests().length];
      for (let round = 0; round < 2; round++) {
        const { code, stdout, stderr, names } = await runNamed(registry, way.args(registry));
        deepEqual({ code, stdout, stderr }, { code: 0, stdout: way.output, stderr: "" });
        deepEqual(names.filter((name) => way.named.includes(name)), way.named);
        counts.push(registry.takeRequests().length);
      }
      console.log(
        `${way.name}: ${counts[0]} requests before, ${counts[1]} first, ${counts[2]} then`,
      );
      ok(counts[0]! + counts[1]! > 50, `${counts}`);
      equal(counts[2], 0);
      equal(
        await Deno.readTextFile(`${registry.home}/deno.lock`).catch(() => undefined),
        lock,
        "the lock file has changed",
      );
      const plain = await runNamed(registry, way.args(registry), { JS_PERF_SUPPORT: "" });
      deepEqual(plain.names, []);
    },
  );
}

const PRELOADED = WAYS.find(({ name }) => name === "the preload by a jsr: address")!;

Deno.test("from the network: a program runs when the registry is gone, and has no HOME", async () => {
  await using registry = await Registry.start();
  await prepare(registry, PRELOADED);
  const args = ["--no-lock", "--preload=jsr:@x/perf/preload", "main.ts"];
  await runNamed(registry, args);
  registry.takeRequests();
  const offline = ["--cached-only", ...args];
  const { stdout, names } = await runNamed(registry, offline, { HOME: "" });
  equal(stdout, PRELOADED.output);
  deepEqual(names.filter((name) => NAMED.includes(name)), NAMED);
  deepEqual(registry.takeRequests(), []);
});

Deno.test("from the network: a registry that does not answer any more is not waited for", async () => {
  let isSilent = false;
  const silence = Promise.withResolvers<Response>();
  await using registry = await Registry.start({
    answer: () => isSilent ? silence.promise : undefined,
  });
  await prepare(registry, PRELOADED);
  await runNamed(registry, PRELOADED.args(registry));
  registry.takeRequests();
  isSilent = true;
  const { stdout } = await runNamed(registry, PRELOADED.args(registry));
  silence.resolve(new Response("", { status: 503 }));
  equal(stdout, PRELOADED.output);
  deepEqual(registry.takeRequests(), []);
});

Deno.test("from the network: an altered file is refused before any of the package runs", async () => {
  await using registry = await Registry.start({
    answer: (path) =>
      path.endsWith("/ffi/libraries.ts")
        ? new Response("export const LIBRARIES = {};", {
          headers: { "content-type": "application/typescript" },
        })
        : undefined,
  });
  await prepare(registry, PRELOADED);
  const { code, stdout, stderr } = await runNamed(registry, PRELOADED.args(registry));
  equal(code, 10);
  equal(stdout, "");
  match(stderr, /Integrity check failed[^]*\/ffi\/libraries\.ts/);
});

Deno.test("from the network: a missing file ends the start, and says which", async () => {
  await using registry = await Registry.start({
    answer: (path) =>
      path.endsWith("/lib/worker_entry.ts") ? new Response("", { status: 404 }) : undefined,
  });
  await prepare(registry, PRELOADED);
  const { code, stdout, stderr } = await runNamed(registry, PRELOADED.args(registry));
  equal(code, 1);
  equal(stdout, "");
  match(stderr, new RegExp(`${version.replaceAll(".", "\\.")}/lib/worker_entry\\.ts`));
});

Deno.test("from the network: two processes that start at once both have all", async () => {
  await using registry = await Registry.start();
  await using other = await Registry.start();
  await prepare(registry, PRELOADED);
  await prepare(other, PRELOADED);
  const args = PRELOADED.args(registry);
  // One cache, and two directories for the two programs.
  const shared = { DENO_DIR: `${registry.home}/deno`, JSR_URL: registry.url };
  const runs = await Promise.all([runNamed(registry, args), runNamed(other, args, shared)]);
  for (const { stdout, names } of runs) {
    equal(stdout, PRELOADED.output);
    deepEqual(names.filter((name) => NAMED.includes(name)), NAMED);
  }
});

Deno.test("from the network: all documents are in the package", async () => {
  await using registry = await Registry.start();
  for (const document of ["README.md", "SECURITY.md", "docs/profile.md", "LICENSE"]) {
    equal((await (await fetch(registry.file(document))).text()).length > 100, true, document);
  }
});
