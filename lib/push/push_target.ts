import { usageOfPush } from "./push_error.ts";

/** The protocols that profiles are sent by. */
export type PushProtocol = "otlp" | "pyroscope" | "parca";

/** An engine that takes profiles. */
export interface PushTarget {
  protocol: PushProtocol;
  /** The address that profiles are posted to. */
  url: URL;
  /** The target as messages name it: without what could be secret. */
  name: string;
}

/** The path of each protocol's endpoint, below the address that a user gives. */
const PATHS: Readonly<Record<PushProtocol, string>> = {
  // opentelemetry-proto, docs/specification.md; the Collector's otlpreceiver, factory.go.
  otlp: "v1development/profiles",
  // pyroscope, api/push/v1/push.proto, as Connect names the method.
  pyroscope: "push.v1.PusherService/Push",
  // parca, pkg/server/server.go mounts the gateway of profilestore.proto there.
  parca: "api/profiles/writeraw",
};

/** Where a Collector listens unless told otherwise. */
const OTLP_DEFAULT = "http://localhost:4318";

/** Reads a variable of the environment. */
type ReadVariable = (name: string) => string | undefined;

/**
 * Reads the value of `--push`.
 *
 * @param value As `otlp+http://HOST:PORT`, or `otlp` for the address that OpenTelemetry's own variables name.
 * @param read Reads the environment.
 * @throws {PerfError} With code `usage`, if it is none, or has a password in it.
 */
export function parsePushTarget(value: string, read: ReadVariable): PushTarget {
  if (value === "otlp") return targetOfEnvironment(read);
  const [, protocol, address] = /^(otlp|pyroscope|parca)\+(https?:\/\/.+)$/.exec(value) ?? [];
  const url = parseUrl(address);
  if (protocol === undefined || url === undefined) throw invalid(value);
  return targetOf(protocol as PushProtocol, url);
}

function targetOfEnvironment(read: ReadVariable): PushTarget {
  const protocol = read("OTEL_EXPORTER_OTLP_PROFILES_PROTOCOL") ||
    read("OTEL_EXPORTER_OTLP_PROTOCOL");
  if (protocol === "grpc") {
    throw usageOfPush(
      "Cannot push by OTEL_EXPORTER_OTLP_PROTOCOL: it is grpc, must be http/protobuf",
      "--push otlp+http://HOST:4318",
    );
  }
  const whole = read("OTEL_EXPORTER_OTLP_PROFILES_ENDPOINT");
  const value = whole || read("OTEL_EXPORTER_OTLP_ENDPOINT") || OTLP_DEFAULT;
  const url = parseUrl(value);
  if (url === undefined) throw invalid(value);
  // The variable of one signal has the whole path (opentelemetry.io, OTLP exporter configuration).
  return whole ? checked("otlp", url) : targetOf("otlp", url);
}

function targetOf(protocol: PushProtocol, url: URL): PushTarget {
  const path = PATHS[protocol];
  if (!url.pathname.endsWith(`/${path}`)) {
    url.pathname = `${url.pathname.replace(/\/+$/, "")}/${path}`;
  }
  return checked(protocol, url);
}

function checked(protocol: PushProtocol, url: URL): PushTarget {
  const name = `${protocol}+${url.protocol}//${url.host}${url.pathname}`;
  if (url.username !== "" || url.password !== "") {
    throw usageOfPush(
      `Cannot push to "${name}": the address has a user or a password in it, must be in a header`,
      "--push-headers FILE, with a line as Authorization: Bearer …",
    );
  }
  return { protocol, url, name };
}

function parseUrl(text: string | undefined): URL | undefined {
  if (text === undefined || !/^https?:\/\//.test(text)) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function invalid(value: string): Error {
  // A password stands in front of an @, a token may stand behind a ?, and neither is shown.
  const shown = value.replace(/\/\/[^/]*@/, "//…@").replace(/[?#].*$/s, "?…");
  return usageOfPush(
    `Cannot push to "${shown}": must be otlp, pyroscope or parca with an address, as otlp+http://localhost:4318`,
    "--push otlp takes OTEL_EXPORTER_OTLP_ENDPOINT",
  );
}
