/*
 * A real OpenTelemetry Collector. It is built from its Go modules by its own builder, once for each
 * version and machine: that takes a minute or two, so it is kept outside of the repository.
 */
import { obstacleOfCommand } from "./needing.ts";

/** The versions of the Collector's unstable and stable modules. */
const VERSIONS = { unstable: "v0.165.0", stable: "v1.71.0" } as const;

const BUILDER = `go.opentelemetry.io/collector/cmd/builder@${VERSIONS.unstable}`;

const ROOT = `${
  Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`
}/xperf-tests/collector-${VERSIONS.unstable}`;

/** The builder's description of the program. */
function manifest(directory: string): string {
  const { unstable, stable } = VERSIONS;
  return `dist:
  name: collector
  output_path: ${directory}/build
receivers:
  - gomod: go.opentelemetry.io/collector/receiver/otlpreceiver ${unstable}
exporters:
  - gomod: go.opentelemetry.io/collector/exporter/debugexporter ${unstable}
  - gomod: go.opentelemetry.io/collector/exporter/otlphttpexporter ${unstable}
providers:
  - gomod: go.opentelemetry.io/collector/confmap/provider/envprovider ${stable}
  - gomod: go.opentelemetry.io/collector/confmap/provider/fileprovider ${stable}
`;
}

/** Why there is no Collector here, found by building it; `undefined` where there is one. */
export function obstacleOfCollector(): string | undefined {
  if (isFile(`${ROOT}/collector`)) return undefined;
  const obstacle = obstacleOfCommand("go", "version");
  if (obstacle !== undefined) {
    return `${obstacle}; the Collector is built from its Go modules, which needs Go 1.25 or newer and a Go module proxy`;
  }
  Deno.mkdirSync(ROOT, { recursive: true });
  const directory = Deno.makeTempDirSync({ dir: ROOT });
  try {
    Deno.writeTextFileSync(`${directory}/builder.yaml`, manifest(directory));
    const { success, stderr } = new Deno.Command("go", {
      args: ["run", BUILDER, "--config", `${directory}/builder.yaml`],
      env: { CGO_ENABLED: "0" },
      cwd: directory,
      stdin: "null",
    }).outputSync();
    if (!success) {
      const lines = new TextDecoder().decode(stderr).trim().split("\n");
      return `the Collector cannot be built: ${lines.at(-1)}`;
    }
    Deno.renameSync(`${directory}/build/collector`, `${ROOT}/collector`);
    return undefined;
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A Collector that takes OpenTelemetry's profiles and sends them on. */
export class Collector implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<string>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#output = new Response(child.stderr).text();
  }

  /**
   * Starts one, and waits until it listens.
   *
   * @param directory Where its configuration is written.
   * @param ports The port that it listens on, and the one that it sends to.
   */
  static async start(
    directory: string,
    { port, to }: { port: number; to: number },
  ): Promise<Collector> {
    const configuration = `${directory}/collector.yaml`;
    Deno.writeTextFileSync(
      configuration,
      `receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:${port}
exporters:
  debug:
    verbosity: detailed
  otlp_http:
    profiles_endpoint: http://127.0.0.1:${to}/v1development/profiles
    sending_queue: { enabled: false }
service:
  telemetry: { metrics: { level: none } }
  pipelines:
    profiles:
      receivers: [otlp]
      exporters: [debug, otlp_http]
`,
    );
    const child = new Deno.Command(`${ROOT}/collector`, {
      args: ["--config", configuration, "--feature-gates=+service.profilesSupport"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const collector = new Collector(child);
    for (let i = 0; i < 600; i++) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port })).close();
        return collector;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    child.kill("SIGKILL");
    throw new Error(`The Collector does not listen: ${await collector.#output}`);
  }

  /** Ends it; returns what it has printed. */
  async stop(): Promise<string> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    return await this.#output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
