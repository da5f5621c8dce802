import { equal, throws } from "node:assert/strict";

import { parsePushTarget } from "../../lib/push/push_target.ts";

const targetOf = (value: string, env: Record<string, string> = {}) =>
  parsePushTarget(value, (name) => env[name]);

Deno.test("parsePushTarget() adds each protocol's path to an address", () => {
  const urls = {
    "otlp+http://host:4318": "http://host:4318/v1development/profiles",
    "otlp+https://host/base/": "https://host/base/v1development/profiles",
    "otlp+http://host:4318/v1development/profiles": "http://host:4318/v1development/profiles",
    "pyroscope+http://host:4040": "http://host:4040/push.v1.PusherService/Push",
    "parca+http://host:7070": "http://host:7070/api/profiles/writeraw",
  };
  for (const [value, url] of Object.entries(urls)) equal(targetOf(value).url.href, url);
});

Deno.test("parsePushTarget() takes the address of OpenTelemetry's variables for otlp alone", () => {
  equal(targetOf("otlp").url.href, "http://localhost:4318/v1development/profiles");
  const base = { OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector:4318/otlp" };
  equal(targetOf("otlp", base).url.href, "https://collector:4318/otlp/v1development/profiles");
  const whole = { ...base, OTEL_EXPORTER_OTLP_PROFILES_ENDPOINT: "http://other/p" };
  equal(targetOf("otlp", whole).url.href, "http://other/p");
  equal(targetOf("otlp+http://named:1", whole).url.host, "named:1");
});

Deno.test("parsePushTarget() refuses what it cannot push to, and repeats no secret", () => {
  for (
    const value of ["http://host", "otlp+ftp://host", "jaeger+http://host", "otlp+http://", "", "x"]
  ) {
    throws(() => targetOf(value), { name: "PerfError", code: "usage" }, value);
  }
  for (
    const value of [
      "pyroscope+https://user:hunter2@host/",
      "otlp+http://hunter2@host",
      "otlp+ftp://user:hunter2@host",
      "nothing://host?token=hunter2",
    ]
  ) {
    throws(
      () => targetOf(value),
      (error: Error) => !/hunter2/.test(JSON.stringify([error.message, error])),
    );
  }
  equal(targetOf("otlp+http://host/?token=hunter2").name.includes("hunter2"), false);
  throws(() => targetOf("otlp", { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }), /it is grpc, must be/);
});
