import { activation, RUNTIME_EXPRESSION } from "../activation.ts";
import { sourceName } from "../symbol_name.ts";
import { MARKER } from "./edits.ts";
import { type LoadContext, type LoadResult, readLoadedSource } from "./loaded_source.ts";
import { transform } from "./transform.ts";
import { stripTypes } from "./type_stripping.ts";

/**
 * Instruments the source of a module as it is loaded; hands everything else on as it is.
 *
 * @param url The module's address.
 * @param context What the loader says of it.
 * @param loaded What was loaded.
 */
export function instrumentLoad<Result extends LoadResult>(
  url: string,
  context: LoadContext,
  loaded: Result,
): Result {
  if (!isUserModule(url)) return loaded;
  const source = readLoadedSource(url, context, loaded, stripTypes);
  if (source === undefined) return loaded;
  const { text, kind, format = loaded.format } = source;
  // Somebody else's name would hide ours, and somebody else's comment would be taken for ours.
  if (text.includes(RUNTIME_EXPRESSION) || text.includes(MARKER)) return loaded;
  let transformed;
  try {
    transformed = transform(text, {
      url,
      kind,
      firstId: activation.functionCount,
      runtime: RUNTIME_EXPRESSION,
      mayReturn: format === loaded.format,
    });
  } catch (error) {
    // What is wrong with the program, the runtime reports in its own words.
    if (!(error instanceof SyntaxError)) {
      console.warn(`@x/perf: Cannot instrument "${url}": ${error}; it runs as it is`);
    }
    return loaded;
  }
  const file = sourceName(url);
  for (const { name, line } of transformed.functions) {
    activation.define({ name, file, line });
  }
  return { ...loaded, format, source: transformed.source };
}

/** A package in `node_modules`, or in the runtime's cache: `/npm/<host>/<name>/<version>/`. */
const PACKAGE = /\/node_modules\/|\/npm\/[^/]+\.[^/]+\/(@[^/]+\/)?[^/]+\/\d+\.\d+\.\d+[^/]*\//;

/** This package's own modules, the command excepted, which never runs beside instrumented code. */
const OWN = ["../../mod.ts", "../../ffi/", "../../lib/"].map((path) =>
  new URL(path, import.meta.url).href
);
const OWN_PROGRAMS = new URL("../command/", import.meta.url).href;

function isUserModule(url: string): boolean {
  if (!url.startsWith("file:") || PACKAGE.test(url)) return false;
  return url.startsWith(OWN_PROGRAMS) || !OWN.some((prefix) => url.startsWith(prefix));
}
