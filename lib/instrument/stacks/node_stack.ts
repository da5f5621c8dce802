import { apply } from "../../base/builtins.ts";
import type { CallSite } from "./call_sites.ts";

/*
 * The text of a stack as Node writes it (lib/internal/errors.js, defaultPrepareStackTrace; V8,
 * ErrorUtils::ToString).
 */

/** Formats an error and its stack. */
export function formatStack(error: unknown, sites: readonly CallSite[]): string {
  let text = formatHeader(error);
  for (let i = 0; i < sites.length; i++) text += `\n    at ${String(sites[i])}`;
  return text;
}

const { toString } = Error.prototype;

function formatHeader(error: unknown): string {
  try {
    return apply(toString, error, []);
  } catch {
    return "<error>";
  }
}
