import { randomUUID } from "node:crypto";

import { decodePairs } from "./name_value_pairs.ts";
import { usageOfPush } from "./push_error.ts";

/** The program that profiles are of, as engines name it. */
export interface PushResource {
  /** The service's name. */
  service: string;
  /** Attributes by their names in OpenTelemetry, without the service's name. */
  attributes: ReadonlyMap<string, string>;
}

/** The attribute that holds the service's name. */
export const SERVICE_NAME = "service.name";

/**
 * Describes the program by OpenTelemetry's variables and by labels.
 *
 * @param labels The values of `--label`, as `region=eu`.
 * @param facts The program's runtime; and the environment.
 * @throws {PerfError} With code `usage`, if a label has not that form.
 */
export function pushResource(
  labels: readonly string[],
  { read, runtime }: {
    read: (name: string) => string | undefined;
    /** The runtime of the program; `undefined` where that can be any. */
    runtime?: { name: string; version: string };
  },
): PushResource {
  const attributes = new Map<string, string>([["service.instance.id", randomUUID()]]);
  if (runtime !== undefined) {
    // OpenTelemetry's semantic conventions have a word of their own for Node.
    attributes.set("process.runtime.name", runtime.name === "node" ? "nodejs" : runtime.name);
    attributes.set("process.runtime.version", runtime.version);
  }
  const pairs = decodePairs(read("OTEL_RESOURCE_ATTRIBUTES") ?? "");
  if (pairs === undefined) {
    throw usageOfPush(
      "Cannot read OTEL_RESOURCE_ATTRIBUTES: it is no list of attributes, must be NAME=VALUE with commas between",
      "a percent sign in a value is written as %25",
    );
  }
  for (const [name, value] of pairs) attributes.set(name, value);
  for (const label of labels) {
    const [, name, value] = /^([\p{L}_][\p{L}\p{N}_.-]*)=(.*)$/su.exec(label) ?? [];
    if (name === undefined) {
      throw usageOfPush(
        `Cannot use label "${label}": must be NAME=VALUE, with letters, digits, dots and underscores in the name`,
        "--label region=eu",
      );
    }
    attributes.set(name, value!);
  }
  const named = labels.some((label) => label.startsWith(`${SERVICE_NAME}=`));
  const service = (named ? undefined : read("OTEL_SERVICE_NAME")) || attributes.get(SERVICE_NAME) ||
    `unknown_service:${runtime?.name ?? "process"}`;
  attributes.delete(SERVICE_NAME);
  return { service, attributes };
}
