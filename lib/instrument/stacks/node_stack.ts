import { apply } from "../../base/builtins.ts";
import type { CallSite } from "./call_sites.ts";

/*
 * The text of a stack as Node writes it (lib/internal/errors.js, defaultPrepareStackTrace; V8,
 * ErrorUtils::ToString).
 */

/** `Error.prepareStackTrace` as Node defines it. */
type PrepareStackTrace = typeof Error.prepareStackTrace;

/**
 * An error's stack.
 *
 * @param prepare Node's own function. It alone knows which errors are Node's, and shows their codes;
 * source maps would have it map positions once more, so that it is asked for the first line only.
 */
export function formatStack(
  error: unknown,
  sites: readonly CallSite[],
  prepare: PrepareStackTrace,
): string {
  let text = prepare === undefined
    ? formatHeader(error)
    : apply(prepare, undefined, [error, []]) as string;
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
