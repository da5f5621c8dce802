/*
 * Serves profiles as Go programs do (net/http/pprof), for `go tool pprof`, Parca, Alloy and everything
 * else that fetches them.
 */
import * as http from "node:http";

import { PerfError } from "../../base/perf_error.ts";
import { systemReason } from "../../base/system_reason.ts";
import type { Recording } from "../../recording/recording.ts";
import { SampleTable } from "../../recording/sample_table.ts";
import { foldFrames } from "../../report/figures/fold_frames.ts";
import { formatPprof } from "../../report/formats/pprof.ts";

/** Where the server listens. */
export interface ListenAddress {
  host: string;
  /** 0 for any that is free. */
  port: number;
}

/** Where it listens unless told otherwise. */
const LOOPBACK = "127.0.0.1";

/**
 * Reads the value of `--listen`.
 *
 * @param value A port, or an address with a port, as `127.0.0.1:6060` or `[::1]:6060`.
 * @throws {RangeError} If it is none.
 */
export function parseListenAddress(value: string): ListenAddress {
  const [, bracketed, plain, digits] =
    /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]*)):)?(\d{1,5})$/.exec(value) ?? [];
  const port = Number(digits ?? NaN);
  if (!(port <= 65_535)) {
    throw new RangeError(
      `Cannot listen on "${value}": must be a port, or an address with one as ${LOOPBACK}:6060`,
    );
  }
  return { host: bracketed || plain || LOOPBACK, port };
}

/** Seconds of a profile where the request names none, as in Go; and the most. */
const USUAL_SECONDS = 30;
const MOST_SECONDS = 3_600;

/** Takes a recording of some seconds; `undefined` where the program did nothing meanwhile. */
export type RecordSeconds = (seconds: number) => Promise<Recording | undefined>;

/** The server of one program's profiles. */
export class PullServer {
  readonly #server: http.Server;
  readonly #record: RecordSeconds;
  readonly #frequency: number;
  #isLocal = false;
  #isRecording = false;

  private constructor(record: RecordSeconds, frequency: number) {
    this.#record = record;
    this.#frequency = frequency;
    this.#server = http.createServer((request, response) => void this.#answer(request, response));
  }

  /**
   * Begins to serve.
   *
   * @param address Where.
   * @param options Takes recordings; the samples per second that they have.
   * @throws {PerfError} If it cannot listen there.
   */
  static async start(
    address: ListenAddress,
    { record, frequency }: { record: RecordSeconds; frequency: number },
  ): Promise<PullServer> {
    const server = new PullServer(record, frequency);
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", (cause) => {
        const reason = (cause as { code?: string }).code === "EADDRINUSE"
          ? "another program listens there"
          : systemReason(cause);
        reject(
          new PerfError(`Cannot listen on "${address.host}:${address.port}": ${reason}`, {
            code: "unavailable",
            hint: "--listen 127.0.0.1:0 takes a port that is free",
            cause,
          }),
        );
      });
      server.#server.listen(address.port, address.host, resolve);
    });
    server.#isLocal = /^(?:127\.|::1$|localhost$)/.test(address.host);
    return server;
  }

  /** The address of its index. */
  get url(): string {
    const { address, port, family } = this.#server.address() as {
      address: string;
      port: number;
      family: string | number;
    };
    const host = String(family).endsWith("6") ? `[${address}]` : address;
    return `http://${host}:${port}/debug/pprof/`;
  }

  /** Ends all connections, and stops. */
  close(): void {
    this.#server.closeAllConnections?.();
    this.#server.close();
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (request.method !== "GET" && request.method !== "HEAD") {
      return say(response, 405, "must be GET");
    }
    // A page on the web could have its name lead here, and read the program's names and paths.
    if (this.#isLocal && !isLocalName(request.headers.host)) {
      return say(response, 403, "must be asked as localhost");
    }
    if (/^\/debug\/pprof\/?$/.test(url.pathname)) return say(response, 200, INDEX);
    if (url.pathname !== "/debug/pprof/profile") return say(response, 404, "must be /debug/pprof/");
    const text = url.searchParams.get("seconds") ?? String(USUAL_SECONDS);
    const seconds = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(seconds >= 1 && seconds <= MOST_SECONDS)) {
      return say(response, 400, `seconds must be a whole number from 1 to ${MOST_SECONDS}`);
    }
    if (this.#isRecording) return say(response, 429, "another profile is being recorded");
    this.#isRecording = true;
    try {
      const start = Date.now();
      const recording = await this.#record(seconds) ?? this.#nothing();
      const profile = formatPprof({
        ...foldFrames(recording),
        start,
        duration: Date.now() - start,
      });
      response.writeHead(200, {
        "content-type": "application/octet-stream",
        "content-disposition": 'attachment; filename="profile"',
        "x-content-type-options": "nosniff",
      });
      response.end(request.method === "HEAD" ? undefined : profile);
    } catch (error) {
      say(response, 500, (error as Error).message);
    } finally {
      this.#isRecording = false;
    }
  }

  /** The recording of a program that did nothing. */
  #nothing(): Recording {
    return {
      sampler: "perf",
      samplerVersion: "nothing",
      command: [],
      event: "cpu-clock",
      unit: "nanoseconds",
      frequency: this.#frequency,
      duration: 0,
      lostSamples: 0,
      clock: "mono",
      threads: [],
      samples: SampleTable.empty(),
      stacks: [],
    };
  }
}

const INDEX = `/debug/pprof/

profile: the processor time of the program's functions
  go tool pprof http://…/debug/pprof/profile?seconds=5
`;

function say(response: http.ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
    ...(status === 429 ? { "retry-after": "5" } : {}),
  });
  response.end(`${text.trimEnd()}\n`);
}

function isLocalName(host = ""): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host);
}
