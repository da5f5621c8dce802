import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";

import type { Recording } from "../recording/recording.ts";
import { foldFrames } from "../report/figures/fold_frames.ts";
import { formatPprof } from "../report/formats/pprof.ts";
import type { ProfileWindow } from "./profile_window.ts";
import type { PushFormat } from "./push_format.ts";
import type { PushResource } from "./push_resource.ts";
import type { PushProtocol } from "./push_target.ts";

/** Finds the format of a protocol; OpenTelemetry's needs its library, which is loaded for it alone. */
export async function pushFormat(protocol: PushProtocol): Promise<PushFormat> {
  if (protocol === "otlp") return (await import("./otlp/otlp_format.ts")).otlpFormat;
  return protocol === "pyroscope" ? PYROSCOPE : PARCA;
}

/** JSON of a Connect method, gzipped (connectrpc.com, protocol, "Unary-Request"). */
const PYROSCOPE: PushFormat = {
  headers: {
    "content-type": "application/json",
    "content-encoding": "gzip",
    "connect-protocol-version": "1",
  },
  encode: (window, resource) =>
    gzipSync(JSON.stringify({
      series: [{
        labels: labelsOf(window, resource),
        samples: [{ rawProfile: profileOf(window), ID: randomUUID() }],
      }],
    })),
};

/** JSON of a gRPC gateway, which does not unpack bodies; the profile in it is gzipped. */
const PARCA: PushFormat = {
  headers: { "content-type": "application/json" },
  encode: (window, resource) =>
    new TextEncoder().encode(JSON.stringify({
      series: [{
        labels: { labels: labelsOf(window, resource) },
        samples: [{ rawProfile: profileOf(window) }],
      }],
    })),
};

/** A gzipped pprof profile, in base64 as protobuf's JSON has bytes. */
function profileOf({ recording, start, duration }: ProfileWindow): string {
  return Buffer.from(formatPprof({ ...foldFrames(recording), start, duration })).toString("base64");
}

/** The name by which both engines know such a profile. */
function profileName({ unit }: Recording): string {
  return unit === "bytes" ? "memory" : "process_cpu";
}

/** Labels whose values differ in every process: each would make a series of its own. */
const SINGULAR = ["service.instance.id", "process.pid"];

/** The labels of a series. Both engines take names of letters, digits and underscores. */
function labelsOf(
  { recording }: ProfileWindow,
  { service, attributes }: PushResource,
): { name: string; value: string }[] {
  const labels = new Map([["__name__", profileName(recording)], ["service_name", service]]);
  for (const [name, value] of attributes) {
    if (SINGULAR.includes(name)) continue;
    const plain = name.replace(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d)/, "_");
    if (!labels.has(plain)) labels.set(plain, value);
  }
  return [...labels].map(([name, value]) => ({ name, value }));
}
