import { gzipSync } from "node:zlib";

import type { PushFormat } from "../push_format.ts";
import { ExportProfilesServiceRequest, Reader } from "./otlp_messages.js";
import { profilesRequest } from "./profiles_request.ts";

/** OpenTelemetry's profiles in protobuf, gzipped (OTLP's specification, "Binary Protobuf Encoding"). */
export const otlpFormat: PushFormat = {
  headers: { "content-type": "application/x-protobuf", "content-encoding": "gzip" },
  encode: (window, resource) =>
    gzipSync(ExportProfilesServiceRequest.encode(profilesRequest(window, resource)).finish()),
  noteOf: rejectionOf,
};

/**
 * Reads an answer: `partial_success` is its field 1, in which `rejected_profiles` is 1 and
 * `error_message` 2 (profiles_service.proto).
 *
 * @returns What the target has left out; `undefined` where it has taken everything.
 */
function rejectionOf(body: Uint8Array): string | undefined {
  try {
    const partial = fieldOf(Reader.create(body), 1, (reader) => {
      const length = reader.uint32();
      return body.subarray(reader.pos, reader.pos + length);
    });
    if (partial === undefined) return undefined;
    const rejected = fieldOf(Reader.create(partial), 1, (reader) => Number(reader.int64())) ?? 0;
    const message = fieldOf(Reader.create(partial), 2, (reader) => reader.string()) ?? "";
    if (rejected === 0 && message === "") return undefined;
    return `${rejected} profiles were rejected${message === "" ? "" : `: ${printable(message)}`}`;
  } catch {
    // It is no such message, and the status said that all is well.
    return undefined;
  }
}

function fieldOf<Value>(
  reader: Reader,
  number: number,
  read: (reader: Reader) => Value,
): Value | undefined {
  while (reader.pos < reader.len) {
    const key = reader.uint32();
    if (key >>> 3 === number) return read(reader);
    reader.skipType(key & 7);
  }
  return undefined;
}

/** A target may send anything, also to a terminal. */
function printable(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]+/gu, " ").slice(0, 200);
}
