/*
 * The messages of OpenTelemetry's profiles that lib/push/otlp sends. bundles/otlp/README.md names the
 * version of their description.
 */
import { opentelemetry } from "./otlp/messages.js";

export const { ExportProfilesServiceRequest } =
  opentelemetry.proto.collector.profiles.v1development;
export { Reader } from "protobufjs/minimal.js";
