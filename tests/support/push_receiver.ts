/*
 * An engine that takes profiles by all three protocols, and refuses each that breaks a rule.
 */
import { Buffer } from "node:buffer";
import * as http from "node:http";
import * as https from "node:https";
import { gunzipSync } from "node:zlib";

import { readOtlpProfiles, type ReadProfile } from "./otlp_profiles.ts";
import { type ReadPprof, readPprof } from "./pprof_profile.ts";

/** A request that has arrived and keeps all rules. */
export interface ReceivedPush {
  path: string;
  headers: http.IncomingHttpHeaders;
  /** OpenTelemetry's profiles. */
  otlp: ReadProfile[];
  /** Labels and profiles of the other two. */
  series: { labels: Record<string, string>; profile: ReadPprof }[];
}

/** A certificate with its key, in PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** Answers a request in another way; returns whether it has. */
export type Misbehaviour = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
) => boolean;

/** The strict receiver. */
export class PushReceiver implements AsyncDisposable {
  /** Requests that were taken, in their order. */
  readonly taken: ReceivedPush[] = [];
  /** Rules that requests have broken. */
  readonly problems: string[] = [];
  /** The number of all requests. */
  requests = 0;
  /** Whether a Collector sends requests on to it. */
  isBehindCollector = false;
  /** Its answer; `undefined` for that of an engine. */
  misbehaviour: Misbehaviour | undefined;
  readonly #server: http.Server;
  readonly #scheme: "http" | "https";
  #port = 0;

  private constructor(certificate: Certificate | undefined) {
    const listener: http.RequestListener = (request, response) => {
      this.requests++;
      const pieces: Uint8Array[] = [];
      request.on("data", (piece) => pieces.push(piece));
      request.on("end", () => this.#answer(request, response, Buffer.concat(pieces)));
    };
    this.#scheme = certificate === undefined ? "http" : "https";
    this.#server = certificate === undefined
      ? http.createServer(listener)
      : https.createServer(certificate, listener);
  }

  /**
   * Starts one on loopback.
   *
   * @param port Its port; a free one unless named.
   * @param certificate Has it speak TLS.
   */
  static async start(port = 0, certificate?: Certificate): Promise<PushReceiver> {
    const receiver = new PushReceiver(certificate);
    await new Promise<void>((resolve) => receiver.#server.listen(port, "127.0.0.1", resolve));
    receiver.#port = (receiver.#server.address() as { port: number }).port;
    return receiver;
  }

  /** Its port. */
  get port(): number {
    return this.#port;
  }

  /** Its address for `--push`. */
  target(protocol: "otlp" | "pyroscope" | "parca"): string {
    return `${protocol}+${this.#scheme}://127.0.0.1:${this.#port}`;
  }

  /** Waits until so many requests were taken, or something is wrong. */
  async until(isEnough: () => boolean): Promise<void> {
    for (let i = 0; !isEnough() && this.problems.length === 0; i++) {
      if (i > 6000) throw new Error(`Nothing arrives: ${this.requests} requests so far`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse, body: Uint8Array): void {
    if (this.misbehaviour?.(request, response)) return;
    try {
      this.taken.push(read(request, body, this.isBehindCollector));
      response.writeHead(200, { "content-type": request.headers["content-type"]! });
      response.end(request.headers["content-type"] === "application/json" ? "{}" : "");
    } catch (error) {
      this.problems.push((error as Error).message);
      response.writeHead(400);
      response.end((error as Error).message);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    // A request that never was answered can keep Deno's server from closing.
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([
      new Promise((resolve) => this.#server.close(resolve)),
      new Promise((resolve) => timer = setTimeout(resolve, 500)),
    ]);
    clearTimeout(timer);
  }
}

/** Paths of the protocols, with the content that each takes. */
const READERS: Readonly<
  Record<string, (received: ReceivedPush, body: Uint8Array, isForwarded: boolean) => void>
> = {
  "/v1development/profiles": (received, body, isForwarded) => {
    expect(received, "content-type", "application/x-protobuf");
    expect(received, "content-encoding", "gzip");
    received.otlp = readOtlpProfiles(new Uint8Array(gunzipSync(body)), { isForwarded });
  },
  "/push.v1.PusherService/Push": (received, body) => {
    expect(received, "content-type", "application/json");
    expect(received, "content-encoding", "gzip");
    expect(received, "connect-protocol-version", "1");
    const { series } = JSON.parse(new TextDecoder().decode(gunzipSync(body)));
    for (const { labels, samples } of series) {
      for (const { rawProfile, ID } of samples) {
        if (!/^[0-9a-f-]{36}$/.test(ID)) throw new Error(`the profile's id is ${ID}`);
        received.series.push({ labels: plainLabels(labels), profile: profileOf(rawProfile) });
      }
    }
  },
  "/api/profiles/writeraw": (received, body) => {
    expect(received, "content-type", "application/json");
    expect(received, "content-encoding", undefined);
    const { series } = JSON.parse(new TextDecoder().decode(body));
    for (const { labels, samples } of series) {
      for (const { rawProfile } of samples) {
        received.series.push({
          labels: plainLabels(labels.labels),
          profile: profileOf(rawProfile),
        });
      }
    }
  },
};

function read(
  { url = "", method, headers }: http.IncomingMessage,
  body: Uint8Array,
  isForwarded: boolean,
): ReceivedPush {
  const reader = READERS[url];
  if (reader === undefined) throw new Error(`nothing is at ${url}`);
  if (method !== "POST") throw new Error(`the method is ${method}`);
  const received: ReceivedPush = { path: url, headers, otlp: [], series: [] };
  reader(received, body, isForwarded);
  return received;
}

function expect({ headers }: ReceivedPush, name: string, value: string | undefined): void {
  if (headers[name] !== value) throw new Error(`${name} is ${headers[name]}`);
}

function profileOf(base64: string): ReadPprof {
  return readPprof(Buffer.from(base64, "base64"));
}

/** Labels as both engines check them: pyroscope, pkg/validation; parca, pkg/normalizer. */
function plainLabels(labels: { name: string; value: string }[]): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const { name, value } of labels) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) throw new Error(`a label's name is ${name}`);
    if (name in plain) throw new Error(`label ${name} is there twice`);
    plain[name] = value;
  }
  if (!plain["__name__"]) throw new Error("label __name__ is missing");
  if (!plain["service_name"]) throw new Error("label service_name is missing");
  return plain;
}
