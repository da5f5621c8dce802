import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

import configuration from "../../deno.json" with { type: "json" };
import { obstacleOfCommand } from "./needing.ts";
import { type Ended, runCommand } from "./other_runtime.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const { name, version, exports } = configuration;

/** Options of {@linkcode Registry.start}. */
export interface RegistryOptions {
  /** Whether it speaks https. It takes `openssl`. @default false */
  secure?: boolean;
  /** Answers a request by its path first; `undefined` leaves it to the registry. */
  answer?: (pathname: string) => Promise<Response> | Response | undefined;
}

/**
 * A registry on the loopback interface that serves this package as JSR does: the files that
 * `deno publish` sends, a manifest with their checksums, and the list of versions. The files are
 * also there for `https:` imports. It counts requests. Disposing of it ends it, and removes the
 * home of its users.
 */
export class Registry implements AsyncDisposable {
  /** Paths that were asked for since {@linkcode takeRequests} was last called. */
  #requests: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly #answer: NonNullable<RegistryOptions["answer"]>;
  readonly #certificate: Certificate | undefined;
  /** A home directory with Deno's cache in it, and nothing else. */
  readonly home: string = Deno.makeTempDirSync({ prefix: "xperf-home-" });

  /** Starts one. Its users have the package published at the first call in this process. */
  static async start(options: RegistryOptions = {}): Promise<Registry> {
    const files = await (publishing ??= publish());
    return new Registry(files, options);
  }

  private constructor(
    files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
    { secure = false, answer = () => undefined }: RegistryOptions,
  ) {
    this.#files = files;
    this.#answer = answer;
    this.#certificate = secure ? makeCertificate(this.home) : undefined;
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {}, ...this.#certificate?.files },
      (request) => this.#serve(new URL(request.url).pathname),
    ) as Deno.HttpServer<Deno.NetAddr>;
  }

  /** The address of the registry, as `JSR_URL` has it. */
  get url(): string {
    return `${
      this.#certificate === undefined ? "http" : "https"
    }://127.0.0.1:${this.#server.addr.port}`;
  }

  /** The address of a file of the package. */
  file(path: string): string {
    return `${this.url}/${name}/${version}/${path}`;
  }

  /** The paths that were asked for since the last call. */
  takeRequests(): string[] {
    return this.#requests.splice(0);
  }

  /** The environment of a user of this registry. */
  get environment(): Record<string, string> {
    return {
      JSR_URL: this.url,
      HOME: this.home,
      XDG_CACHE_HOME: "",
      DENO_DIR: `${this.home}/deno`,
      DENO_NO_UPDATE_CHECK: "1",
      ...(this.#certificate && { DENO_CERT: this.#certificate.path }),
    };
  }

  /** Runs Deno as a user of this registry. */
  async deno(
    args: readonly string[],
    { cwd = this.home, env = {} }: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
  ): Promise<Ended> {
    return await runCommand([Deno.execPath(), ...args], {
      cwd,
      env: { ...this.environment, ...env },
    });
  }

  async #serve(pathname: string): Promise<Response> {
    this.#requests.push(pathname);
    const answered = this.#answer(pathname);
    if (answered !== undefined) return await answered;
    if (pathname === `/${name}/meta.json`) {
      return Response.json({ latest: version, versions: { [version]: {} } });
    }
    if (pathname === `/${name}/${version}_meta.json`) return Response.json(this.#manifest());
    const path = pathname.slice(`/${name}/${version}`.length);
    const body = pathname.startsWith(`/${name}/${version}/`) ? this.#files.get(path) : undefined;
    if (body === undefined) return new Response("", { status: 404 });
    return new Response(body, { headers: { "content-type": contentType(path) } });
  }

  #manifest() {
    const entries = [...this.#files].map(([path, bytes]) => {
      const checksum = `sha256-${createHash("sha256").update(bytes).digest("hex")}`;
      return [path, { size: bytes.length, checksum }];
    });
    return { manifest: Object.fromEntries(entries), exports };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await Deno.remove(this.home, { recursive: true });
  }
}

let publishing: Promise<Map<string, Uint8Array<ArrayBuffer>>> | undefined;

/** Has `deno publish` send the package, and returns the files by their paths in it. */
async function publish(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const directory = await Deno.makeTempDir({ prefix: "xperf-published-" });
  try {
    const archive = `${directory}/package.tar.gz`;
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      async (request) => {
        const { pathname } = new URL(request.url);
        const isVersion = pathname.endsWith(`/versions/${version}`);
        // The scope and the package exist, and the version does not yet.
        if (request.method === "GET") return Response.json({}, { status: isVersion ? 404 : 200 });
        if (!isVersion) return new Response("", { status: 404 });
        await Deno.writeFile(archive, new Uint8Array(await request.arrayBuffer()));
        return Response.json({ id: "1", status: "success", error: null });
      },
    ) as Deno.HttpServer<Deno.NetAddr>;
    const published = await runCommand(
      [Deno.execPath(), "publish", "--token=none", "--allow-dirty", "--no-check"],
      { cwd: root, env: { JSR_URL: `http://127.0.0.1:${server.addr.port}` } },
    );
    if (published.code !== 0) throw new Error(`deno publish fails: ${published.stderr}`);
    const unpacked = `${directory}/package`;
    await Deno.mkdir(unpacked);
    const { code, stderr } = await runCommand(["tar", "-xzf", archive, "-C", unpacked], {
      cwd: directory,
    });
    if (code !== 0) throw new Error(`tar fails: ${stderr}`);
    return new Map(readFiles(unpacked, ""));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function* readFiles(
  directory: string,
  base: string,
): Generator<[string, Uint8Array<ArrayBuffer>]> {
  for (const { name, isDirectory } of Deno.readDirSync(`${directory}${base}`)) {
    const path = `${base}/${name}`;
    if (isDirectory) yield* readFiles(directory, path);
    else yield [path, Deno.readFileSync(directory + path)];
  }
}

function contentType(path: string): string {
  if (path.endsWith(".ts")) return "application/typescript";
  if (path.endsWith(".js")) return "text/javascript";
  return path.endsWith(".json") ? "application/json" : "text/plain";
}

interface Certificate {
  /** The certificate's path. */
  path: string;
  /** The certificate and its key. */
  files: { cert: string; key: string };
}

/** The reason why no registry can speak https; `undefined` if one can. */
export const obstacleOfHttps: string | undefined = obstacleOfCommand("openssl", "version");

/** Makes a certificate for the loopback interface that is valid for a day. */
function makeCertificate(directory: string): Certificate {
  const path = `${directory}/certificate.pem`;
  const key = `${directory}/key.pem`;
  const { success, stderr } = new Deno.Command("openssl", {
    args: ["req", "-x509", "-days", "1", "-nodes", "-subj", "/CN=loopback"]
      .concat("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
      .concat("-addext", "subjectAltName=IP:127.0.0.1")
      .concat("-addext", "basicConstraints=critical,CA:FALSE", "-keyout", key, "-out", path),
  }).outputSync();
  if (!success) throw new Error(`openssl fails: ${new TextDecoder().decode(stderr)}`);
  return { path, files: { cert: Deno.readTextFileSync(path), key: Deno.readTextFileSync(key) } };
}
