import * as fs from "node:fs";

import type { VariableName } from "../base/environment.ts";
import { PerfError } from "../base/perf_error.ts";
import { systemReason } from "../base/system_reason.ts";
import { decodePairs } from "./name_value_pairs.ts";
import { usageOfPush } from "./push_error.ts";
import type { PushProtocol } from "./push_target.ts";

/** Holds headers of requests to the target, such as a token. */
export const PUSH_HEADERS_VARIABLE: VariableName = "JS_PERF_PUSH_HEADERS";

/** A header's name and its value as HTTP allows them (RFC 9110, 5.1 and 5.5). */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// deno-lint-ignore no-control-regex -- control characters are what is searched for
const BAD_VALUE = /[\0-\x08\x0a-\x1f\x7f]|[^\0-\xff]/;

/**
 * The headers of requests, by name in small letters. They can hold secrets: no message repeats a value.
 *
 * @param protocol For OpenTelemetry its own variables count too.
 * @param read Reads the environment.
 * @param file A file with a line for each, as `Authorization: Bearer …`; it wins over the environment.
 * @throws {PerfError} If the file cannot be read, or a header is none.
 */
export function pushHeaders(
  protocol: PushProtocol,
  { read, file }: { read: (name: string) => string | undefined; file?: string },
): Record<string, string> {
  const variables = protocol === "otlp"
    ? ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_PROFILES_HEADERS", PUSH_HEADERS_VARIABLE]
    : [PUSH_HEADERS_VARIABLE];
  const headers: Record<string, string> = {};
  const add = (name: string, value: string, source: string) => {
    if (!NAME.test(name) || BAD_VALUE.test(value)) {
      throw usageOfPush(
        `Cannot send a header of ${source}: a name or value has characters that HTTP forbids`,
        "NAME=VALUE in the environment, NAME: VALUE in a file",
      );
    }
    headers[name.toLowerCase()] = value;
  };
  for (const variable of variables) {
    const pairs = decodePairs(read(variable) ?? "");
    if (pairs === undefined) {
      throw usageOfPush(
        `Cannot read ${variable}: it is no list of headers, must be NAME=VALUE with commas between`,
        "a percent sign in a value is written as %25",
      );
    }
    for (const [name, value] of pairs) add(name, value, variable);
  }
  if (file === undefined) return headers;
  for (const line of readFile(file).split(/\r?\n/)) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    if (colon < 0) {
      throw usageOfPush(
        `Cannot read a header of "${file}": a line has no colon`,
        "Authorization: Bearer …",
      );
    }
    add(line.slice(0, colon).trim(), line.slice(colon + 1).trim(), `"${file}"`);
  }
  return headers;
}

function readFile(path: string): string {
  try {
    return fs.readFileSync(path, "utf8");
  } catch (cause) {
    throw new PerfError(`Cannot read headers from "${path}": ${systemReason(cause)}`, {
      code: "file",
      hint: `ls -l ${path}`,
      cause,
    });
  }
}
