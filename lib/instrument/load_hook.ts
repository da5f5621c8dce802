import { activation } from "../activation/activation.ts";
import { RUNTIME_EXPRESSION } from "../activation/instrumented_code.ts";
import { host } from "../runtime/runtime.ts";
import { sourceName } from "../base/symbol_name.ts";
import { MARKER } from "./positions/edits.ts";
import type { LeftAlone } from "./left_alone.ts";
import { type LoadContext, type LoadResult, readLoadedSource } from "../source/loaded_source.ts";
import type { ModuleMaps } from "./stacks/module_maps.ts";
import { isOwnModule, isOwnProgram } from "../source/own_module.ts";
import { isRequired, isRequiredAsScript } from "./require_hook.ts";
import type { Selection } from "./selection.ts";
import { answerUnchanged } from "./unanswered.ts";
import { STACK_LIMIT } from "./traits/stack_limit.ts";
import { transform, type Transformed } from "./rewrite/transform.ts";
import { stripTypes } from "../source/type_stripping.ts";
import { warn } from "../base/warnings.ts";

/** Options of {@linkcode makeLoadHook}. */
export interface LoadHookOptions {
  /** Selects the modules to instrument. */
  selects: Selection;
  /** Is told of files and functions that cannot be instrumented. */
  leftAlone: LeftAlone;
  /** The module that a Worker starts with, and statements that are to run before its body. */
  entry?: { url: string; start: string };
  /** Gets the positions of each instrumented module. */
  maps: ModuleMaps;
}

/** A hook of `node:module`. */
export type LoadHook = (
  url: string,
  context: LoadContext,
  next: (url: string, context: LoadContext) => LoadResult,
) => LoadResult;

/**
 * Makes a hook that instruments the source of a module as it is loaded, and passes everything else
 * on unchanged.
 */
export function makeLoadHook({ selects, leftAlone, maps, entry }: LoadHookOptions): LoadHook {
  return (url, context, next) => {
    const start = url === entry?.url ? entry.start : undefined;
    const isProgram = isOwnProgram(url) || (/^(file|https?):/.test(url) && !isOwnModule(url));
    const isMeant = isProgram && (isOwnProgram(url) || selects(url));
    if (start === undefined && isRequired(context)) {
      const loaded = next(url, context);
      if (!isProgram || !isRequiredAsScript(url)) return answerUnchanged(url, loaded);
      const result = instrument(url, context, loaded, { leftAlone, maps, start, isMeant });
      return result === loaded ? answerUnchanged(url, loaded) : result;
    }
    const loaded = next(url, context);
    const result = isProgram
      ? instrument(url, context, loaded, { leftAlone, maps, start, isMeant })
      : loaded;
    if (result !== loaded) return result;
    return start === undefined ? answerUnchanged(url, loaded) : withStart(loaded, start);
  };
}

/**
 * Inserts the start statements in front of an entry module that instrument() left unchanged. A `#!`
 * line stays first.
 */
function withStart(loaded: LoadResult, start: string): LoadResult {
  const { source, format } = loaded;
  if (typeof source !== "string" || format === "commonjs") return loaded;
  return { ...loaded, source: source.replace(/^(#!.*\n)?/, `$1${start}`) };
}

/**
 * Instruments a module, or, where it is not meant, only what it does with `stackTraceLimit`.
 *
 * @returns What was loaded, where nothing is changed.
 */
function instrument(
  url: string,
  context: LoadContext,
  loaded: LoadResult,
  { leftAlone, maps, start, isMeant }: Pick<LoadHookOptions, "leftAlone" | "maps"> & {
    start: string | undefined;
    isMeant: boolean;
  },
): LoadResult {
  const source = readLoadedSource(url, context, loaded, stripTypes);
  if (source === undefined) return loaded;
  const { text, kind, format = loaded.format } = source;
  if (!isMeant && (start !== undefined || !text.includes(STACK_LIMIT))) return loaded;
  const file = sourceName(url);
  for (const word of [RUNTIME_EXPRESSION, MARKER]) {
    // A program's own variable of this name would hide the runtime, and restoreSource() would take
    // a program's own comment for an edit.
    if (!text.includes(word)) continue;
    if (isMeant) leftAlone.addFile(file, `contains ${word}, which is ours`);
    return loaded;
  }
  const mapsWords = host.mapsStacks ? kind === "module" : host.readsSourceMaps();
  let transformed: Transformed;
  try {
    transformed = transform(text, {
      url,
      kind,
      firstId: activation.functionCount,
      runtime: RUNTIME_EXPRESSION,
      mayReturn: format === loaded.format,
      start,
      mapsWords,
      limitOnly: !isMeant,
    });
  } catch (error) {
    // The runtime itself reports a syntax error, when it compiles the text.
    if (!isMeant) return loaded;
    const isSyntax = error instanceof SyntaxError;
    if (!isSyntax) {
      warn(`Cannot instrument "${url}": ${error}`, "it runs as it is");
    }
    leftAlone.addFile(file, isSyntax ? `cannot be parsed: ${error.message}` : String(error));
    return loaded;
  }
  activation.defineAll(
    transformed.functions.map(({ name, line }) => ({ name, file, line })),
    transformed.functions.map(({ args }) => args),
  );
  for (const { name, line, reason } of transformed.skipped) {
    leftAlone.addFunction({ name, file, line }, reason);
  }
  // For CommonJS, Deno knows only the source map that came with the module. It looks the columns of
  // our text up in that map.
  const isApplied = host.mapsStacks && (kind === "module" || transformed.positions.hasMap);
  // Text from stripTypes() ends with a `sourceURL` comment, so V8 names the script by its URL.
  const name = kind === "module" || text.endsWith(`//# sourceURL=${url}`) ? url : file;
  maps.add({ url, name, positions: transformed.positions }, isApplied);
  return { ...loaded, format, source: transformed.source };
}
