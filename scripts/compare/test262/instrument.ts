import { activation } from "../../../lib/activation/activation.ts";
import { RUNTIME_EXPRESSION } from "../../../lib/activation/instrumented_code.ts";
import { disguiseFunctions } from "../../../lib/instrument/disguise.ts";
import type { SourceKind } from "../../../lib/source/syntax_tree.ts";
import { transform } from "../../../lib/instrument/rewrite/transform.ts";

/**
 * The mode of a test: plain, or instrumented with trampolines off (inactive) or on (active), or plain
 * in a process that records its awaits and spans.
 */
export type Mode = "plain" | "inactive" | "active" | "recorded";

/** Prepares a realm, and turns trampolines on or off. */
export function enterMode(mode: Mode, realm: typeof globalThis): void {
  if (mode === "active") activation.activate("perf");
  else activation.deactivate();
  if (mode === "plain" || mode === "recorded") return;
  Object.defineProperty(realm, RUNTIME_EXPRESSION, { value: activation });
  disguiseFunctions(realm);
}

/** Whether trampolines went off during a test, which the program does not notice. */
export function leftMode(mode: Mode): boolean {
  return mode === "active" && activation.backend === undefined;
}

let unparsed = false;

/** Whether a text could not be parsed, and so ran uninstrumented, since the last call. */
export function takeUnparsed(): boolean {
  const was = unparsed;
  unparsed = false;
  return was;
}

/** Instruments a text as the load hook does: on a syntax error it returns the text unchanged. */
export function instrument(text: string, url: string, kind: SourceKind): string {
  let transformed;
  try {
    transformed = transform(text, {
      url,
      kind,
      firstId: activation.functionCount,
      runtime: RUNTIME_EXPRESSION,
    });
  } catch (error) {
    if (error instanceof SyntaxError) {
      unparsed = true;
      return text;
    }
    throw error;
  }
  activation.defineAll(
    transformed.functions.map(({ name, line }) => ({ name, file: url, line })),
    transformed.functions.map(({ args }) => args),
  );
  return transformed.source;
}
