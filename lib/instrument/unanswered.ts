import { readFileSync } from "../base/file_system.ts";
import { host } from "../runtime/runtime.ts";
import { sourceName } from "../base/symbol_name.ts";
import { type LoadResult, withoutMark } from "../source/loaded_source.ts";

/**
 * Deno takes this for the answer of a hook that does not answer, and loads the module as if there
 * were no hook (Deno 2.9.6, `Module.prototype.load` and the loader of ECMAScript modules). With any
 * other answer that names no format, Deno compiles JSON, WebAssembly and native addons as JavaScript,
 * refuses text where bytes are imported, and reports syntax errors in V8's words instead of its own.
 */
const UNANSWERED: LoadResult = { source: null, format: "builtin", shortCircuit: true };

/**
 * The answer of a hook that changes nothing of a module.
 *
 * @param url The module's address.
 * @param loaded The answer of the next hook.
 */
export function answerUnchanged(url: string, loaded: LoadResult): LoadResult {
  return host.name === "deno" && isFileText(url, loaded) && !isAskedByHook() ? UNANSWERED : loaded;
}

/**
 * The answer for a required module, which hookRequire() instruments when the runtime compiles it.
 *
 * @param next Asks the next hook.
 */
export function answerRequired(next: () => LoadResult): LoadResult {
  return host.name === "deno" && !isAskedByHook() ? UNANSWERED : next();
}

/**
 * Whether a source is the text of its file. Where it is not, another hook has changed it, or Deno has
 * compiled it, and the answer must be kept.
 */
function isFileText(url: string, { source }: LoadResult): boolean {
  if (typeof source !== "string") return source === null || source === undefined;
  if (!url.startsWith("file:")) return true;
  const path = sourceName(url.replace(/[?#].*$/s, ""));
  // A program that may not read its modules must not see a prompt.
  if (!host.isGranted({ name: "read", path })) return true;
  try {
    // Deno gives some sources with a byte-order mark and some without.
    return withoutMark(readFileSync(path, "utf8")) === withoutMark(source);
  } catch {
    return false;
  }
}

/**
 * Whether it is a hook of the program that asks, which has to see the source. Deno hands such a hook
 * the function `wrappedNext` (Deno 2.9.6, `node:module`).
 */
function isAskedByHook(): boolean {
  return /^ +at wrappedNext \(node:/m.test(new Error().stack ?? "");
}
