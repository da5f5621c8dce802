/*
 * This package imported from a local HTTP server, where its library is no file.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import checksums from "../../ffi/prebuilt/checksums.json" with { type: "json" };
import { cachedLibraryPath } from "../../lib/native/library_cache.ts";
import { prebuiltName } from "../../lib/native/library_file.ts";
import { currentPlatform } from "../../lib/runtime/runtime.ts";
import { servePackage } from "../support/package_server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const name = prebuiltName(currentPlatform());
const checksum = (checksums as Record<string, { sha256: string }>)[name]!.sha256;
const library = Deno.readFileSync(`${root}ffi/prebuilt/${name}`);

/** Answers a request for the library; how often and when is the test's business. */
type ServeLibrary = () => Response | Promise<Response>;

/** A server of this repository, and a home for kept files. Disposing of it ends both. */
class Site implements AsyncDisposable {
  readonly home = Deno.makeTempDirSync({ prefix: "xperf-home-" });
  readonly cached = cachedLibraryPath(name, checksum)!
    .replace(/^.*\/x-perf\//, `${this.home}/.cache/x-perf/`);
  requests = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(serveLibrary: ServeLibrary = () => new Response(library)) {
    this.#server = servePackage((pathname) => {
      if (pathname !== `/ffi/prebuilt/${name}`) return undefined;
      this.requests++;
      return serveLibrary();
    });
  }

  /** Where this package is. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Runs a program that turns trampolines on, in a process of its own. */
  async run({ flags = ["--allow-all"], env = {} }: {
    flags?: readonly string[];
    env?: Record<string, string>;
  } = {}) {
    const program = `${this.home}/${crypto.randomUUID()}.ts`;
    await Deno.writeTextFile(program, PROGRAM.replaceAll("$URL", this.url));
    const config = `${program}.json`;
    await Deno.writeTextFile(config, "{}");
    const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-lock", "--no-prompt", "--quiet", `--config=${config}`]
        .concat(flags, program),
      env: {
        HOME: this.home,
        XDG_CACHE_HOME: "",
        DENO_DIR: `${this.home}/deno`,
        NO_COLOR: "1",
        ...env,
      },
      cwd: this.home,
    }).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  }

  /** Returns the names of the kept files. */
  kept(): string[] {
    try {
      const directory = this.cached.slice(0, this.cached.lastIndexOf("/"));
      return [...Deno.readDirSync(directory)].map((entry) => entry.name);
    } catch {
      return [];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await Deno.remove(this.home, { recursive: true });
  }
}

const PROGRAM = `
import { activateStackTrampoline, isStackTrampolineActive, withPerf } from "$URL/mod.ts";
const foo = withPerf(function foo() { return 42; });
try {
  activateStackTrampoline();
} catch (error) {
  console.log(error.name, error.code, error.message);
}
console.log(isStackTrampolineActive(), foo());
try {
  Deno.removeSync(\`/tmp/perf-\${Deno.pid}.map\`);
} catch { /* none was made */ }
`;

const WORKS = { code: 0, stdout: "true 42\n", stderr: "" };

Deno.test("libraryFile() fetches the library beside the package once, and keeps it", async () => {
  await using site = new Site();
  deepEqual(await site.run(), WORKS);
  deepEqual(await site.run(), WORKS);
  equal(site.requests, 1);
  deepEqual(site.kept(), [name]);
  deepEqual(await Deno.readFile(site.cached), library);
});

Deno.test("libraryFile() replaces a library that was altered since", async () => {
  await using site = new Site();
  await site.run();
  await Deno.writeFile(site.cached, library.toReversed());
  deepEqual(await site.run(), WORKS);
  equal(site.requests, 2);
  deepEqual(await Deno.readFile(site.cached), library);
});

Deno.test("libraryFile() refuses any other content", async () => {
  const altered = library.slice();
  altered[altered.length - 1]! ^= 1;
  await using site = new Site(() => new Response(altered));
  const { stdout, stderr, code } = await site.run();
  match(
    stdout,
    /^PerfError library Cannot get the native library "http:.*": its SHA-256 is [0-9a-f]{64}, must be [0-9a-f]{64}\nfalse 42\n$/,
  );
  deepEqual({ stderr, code }, { stderr: "", code: 0 });
  deepEqual(site.kept(), []);
});

Deno.test("libraryFile() names the failed download in one message", async () => {
  await using site = new Site(() => new Response("", { status: 404, statusText: "Not Found" }));
  const { stdout, stderr } = await site.run();
  const address = `${site.url}/ffi/prebuilt/${name}`;
  equal(
    stdout,
    `PerfError library Cannot get the native library "${address}": the server says 404\nfalse 42\n`,
  );
  equal(stderr, "");
});

Deno.test("libraryFile() in two processes at once makes one whole file", async () => {
  // Both have half of it before either gets the rest.
  let waiting = 0;
  const both = Promise.withResolvers<void>();
  const half = library.length >> 1;
  await using site = new Site(() =>
    new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(library.slice(0, half));
          if (++waiting === 2) both.resolve();
          await both.promise;
          controller.enqueue(library.slice(half));
          controller.close();
        },
      }),
    )
  );
  deepEqual(await Promise.all([site.run(), site.run()]), [WORKS, WORKS]);
  equal(site.requests, 2);
  deepEqual(site.kept(), [name]);
  deepEqual(await Deno.readFile(site.cached), library);
});

Deno.test("libraryFile() leaves no partial file if the connection breaks", async () => {
  await using site = new Site(() =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(library.slice(0, 1000));
          controller.error(new Error("cut"));
        },
      }),
    )
  );
  const { stdout, code } = await site.run();
  match(stdout, /^PerfError library Cannot get the native library "http:.*\nfalse 42\n$/);
  equal(code, 0);
  deepEqual(site.kept(), []);
});

Deno.test("libraryFile() fetches the library for the preload too, once, and says nothing", async () => {
  await using site = new Site();
  const options = {
    flags: ["--allow-all", `--preload=${site.url}/lib/preload.ts`],
    env: { JS_PERF_SUPPORT: "1" },
  };
  deepEqual(await site.run(options), WORKS);
  deepEqual(await site.run(options), WORKS);
  equal(site.requests, 1);
  deepEqual(site.kept(), [name]);
});

Deno.test("libraryFile() needs few permissions, and is not called if one is missing", async () => {
  await using site = new Site();
  const { host } = new URL(site.url);
  const directory = site.cached.slice(0, site.cached.lastIndexOf("/"));
  const flags = [
    "--allow-import=127.0.0.1",
    "--allow-ffi",
    "--allow-env=HOME,XDG_CACHE_HOME,JS_PERF_SUPPORT",
    `--allow-read=${directory},/tmp`,
    `--allow-write=${directory},/tmp`,
  ];
  const refused = await site.run({ flags });
  match(
    refused.stdout,
    /^PerfError permission Cannot get the native library ".*": permission --allow-net=127\.0\.0\.1:\d+ is missing\nfalse 42\n$/,
  );
  equal(site.requests, 0);
  deepEqual(await site.run({ flags: [...flags, `--allow-net=${host}`] }), WORKS);
});
