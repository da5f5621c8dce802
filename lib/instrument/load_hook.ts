import { activation } from "../activation/activation.ts";
import { RUNTIME_EXPRESSION } from "../activation/instrumented_code.ts";
import { host } from "../runtime/runtime.ts";
import { sourceName } from "../base/symbol_name.ts";
import { MARKER } from "./positions/edits.ts";
import type { LeftAlone } from "./left_alone.ts";
import { type LoadContext, type LoadResult, readLoadedSource } from "../source/loaded_source.ts";
import type { ModuleMaps } from "./stacks/module_maps.ts";
import { isOwnModule, isOwnProgram } from "../source/own_module.ts";
import { isRequired, isRequiredAsScript, UNANSWERED } from "./require_hook.ts";
import type { Selection } from "./selection.ts";
import { transform, type Transformed } from "./rewrite/transform.ts";
import { stripTypes } from "../source/type_stripping.ts";
import { warn } from "../base/warnings.ts";

/** What {@linkcode makeLoadHook} is told. */
export interface LoadHookOptions {
  /** Which modules are meant. */
  selects: Selection;
  /** Where that goes which could not be instrumented. */
  leftAlone: LeftAlone;
  /** The module that a Worker starts with, and statements that are to run before its body. */
  entry?: { url: string; start: string };
  /** Where the modules' source maps go. */
  maps: ModuleMaps;
}

/** A hook of `node:module`. */
export type LoadHook = (
  url: string,
  context: LoadContext,
  next: (url: string, context: LoadContext) => LoadResult,
) => LoadResult;

/**
 * Makes a hook that instruments the source of a module as it is loaded, and hands everything else
 * on as it is.
 */
export function makeLoadHook({ selects, leftAlone, maps, entry }: LoadHookOptions): LoadHook {
  return (url, context, next) => {
    const start = url === entry?.url ? entry.start : undefined;
    const isMeant = isOwnProgram(url) ||
      (/^(file|https?):/.test(url) && !isOwnModule(url) && selects(url));
    if (start === undefined && isRequired(context)) {
      if (!isMeant || !isRequiredAsScript(url)) return UNANSWERED;
      const loaded = next(url, context);
      const result = instrument(url, context, loaded, { leftAlone, maps, start });
      return result === loaded ? UNANSWERED : result;
    }
    const loaded = next(url, context);
    const result = isMeant ? instrument(url, context, loaded, { leftAlone, maps, start }) : loaded;
    return result === loaded && start !== undefined ? withStart(loaded, start) : result;
  };
}

/** The same for a module that is not instrumented. */
function withStart(loaded: LoadResult, start: string): LoadResult {
  const { source, format } = loaded;
  if (typeof source !== "string" || format === "commonjs") return loaded;
  return { ...loaded, source: source.replace(/^(#!.*\n)?/, `$1${start}`) };
}

/** Deno 2.9 gives `null` for the text of modules from the network. */
function isTextless(url: string, { source }: Pick<LoadResult, "source">): boolean {
  return /^https?:/.test(url) && (source === null || source === undefined);
}

function instrument(
  url: string,
  context: LoadContext,
  loaded: LoadResult,
  { leftAlone, maps, start }: Pick<LoadHookOptions, "leftAlone" | "maps"> & {
    start: string | undefined;
  },
): LoadResult {
  const file = sourceName(url);
  if (isTextless(url, loaded)) {
    leftAlone.addFile(file, "comes from the network, and Deno hands over no text of it");
    return loaded;
  }
  const source = readLoadedSource(url, context, loaded, stripTypes);
  if (source === undefined) return loaded;
  const { text, kind, format = loaded.format } = source;
  for (const word of [RUNTIME_EXPRESSION, MARKER]) {
    // Somebody else's name would hide ours, and somebody else's comment would be taken for ours.
    if (!text.includes(word)) continue;
    leftAlone.addFile(file, `contains ${word}, which is ours`);
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
    });
  } catch (error) {
    // What is wrong with the program, the runtime reports in its own words.
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
  // Of CommonJS, Deno knows the map that it came with, and looks our columns up there.
  const isApplied = host.mapsStacks && (kind === "module" || transformed.positions.hasMap);
  // TypeScript that types were taken out of calls itself by its address.
  const name = kind === "module" || text.endsWith(`//# sourceURL=${url}`) ? url : file;
  maps.add({ url, name, positions: transformed.positions }, isApplied);
  return { ...loaded, format, source: transformed.source };
}
