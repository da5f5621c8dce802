import { activation } from "../activation/activation.ts";
import { RUNTIME_EXPRESSION } from "../activation/instrumented_code.ts";
import { host } from "../runtime/runtime.ts";
import { type FunctionLabel, sourceName } from "../base/symbol_name.ts";
import { MARKER } from "./positions/edits.ts";
import type { LeftAlone } from "./left_alone.ts";
import {
  type LoadContext,
  type LoadedSource,
  type LoadResult,
  readLoadedSource,
} from "../source/loaded_source.ts";
import type { ModuleMaps } from "./stacks/module_maps.ts";
import { isOwnModule, isOwnProgram } from "../source/own_module.ts";
import { type InstrumentRequired, isRequired } from "./require_hook.ts";
import type { Selection } from "./selection.ts";
import { transform, type Transformed, type TransformOptions } from "./rewrite/transform.ts";
import { STACK_LIMIT } from "./traits/stack_limit.ts";
import { answerRequired, answerUnchanged } from "./unanswered.ts";
import { stripTypes } from "../source/type_stripping.ts";
import { warn } from "../base/warnings.ts";

/** Options of {@linkcode Loads}. */
export interface LoadsOptions {
  /** Which modules are meant. */
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

/** Instruments the modules of a thread as they are loaded, and leaves everything else as it is. */
export class Loads {
  readonly #options: LoadsOptions;
  /** The number of the first function of each module, by its address. */
  readonly #firstIds = new Map<string, number>();

  /** @param options Which modules, and where everything goes. */
  constructor(options: LoadsOptions) {
    this.#options = options;
  }

  /** Instruments imported modules. */
  readonly hook: LoadHook = (url, context, next) => {
    const { entry } = this.#options;
    const start = url === entry?.url ? entry.start : undefined;
    if (start === undefined && isRequired(context)) return answerRequired(() => next(url, context));
    const loaded = next(url, context);
    const result = isProgram(url) && !isLeftToRequire(loaded)
      ? this.#instrumentLoaded(url, context, loaded, start)
      : loaded;
    if (result !== loaded) return result;
    return start === undefined ? answerUnchanged(url, loaded) : withStart(loaded, start);
  };

  /** Instruments required modules. */
  readonly instrumentRequired: InstrumentRequired = (url, { text, format }, isWrapped) => {
    if (!isProgram(url)) return undefined;
    if (isWrapped) {
      const wrapped = this.#instrument(url, { text, kind: "script" });
      return wrapped === undefined ? undefined : { text: wrapped };
    }
    const source = readLoadedSource(
      url,
      { conditions: ["require"] },
      { source: text, format },
      stripTypes,
    );
    if (source === undefined) return undefined;
    // Node takes a text without a format for CommonJS, and for a module if it cannot be parsed so.
    const kinds = format === undefined ? ["commonjs", "module"] as const : [source.kind];
    const result = this.#instrument(url, source, { kinds });
    return result === undefined ? undefined : { text: result, format: source.format ?? format };
  };

  #isSelected(url: string): boolean {
    return isOwnProgram(url) || this.#options.selects(url);
  }

  #instrumentLoaded(
    url: string,
    context: LoadContext,
    loaded: LoadResult,
    start: string | undefined,
  ): LoadResult {
    if (isTextless(url, loaded)) {
      const reason = "comes from the network, and Deno hands over no text of it";
      if (this.#isSelected(url)) this.#options.leftAlone.addFile(sourceName(url), reason);
      return loaded;
    }
    const source = readLoadedSource(url, context, loaded, stripTypes);
    if (source === undefined) return loaded;
    const { format = loaded.format } = source;
    const mayReturn = format === loaded.format;
    const result = this.#instrument(url, source, { mayReturn, start });
    return result === undefined ? loaded : { ...loaded, format, source: result };
  }

  /** The instrumented text; `undefined` where it is to stay as it is. */
  #instrument(
    url: string,
    { text, kind }: LoadedSource,
    { kinds = [kind], ...options }: InstrumentOptions = {},
  ): string | undefined {
    const { leftAlone, maps } = this.#options;
    const file = sourceName(url);
    const limitOnly = !this.#isSelected(url);
    if (limitOnly && (options.start !== undefined || !text.includes(STACK_LIMIT))) return undefined;
    for (const word of [RUNTIME_EXPRESSION, MARKER]) {
      // A program's own variable of this name would hide the runtime, and restoreSource() would take
      // a program's own comment for an edit.
      if (!text.includes(word)) continue;
      if (!limitOnly) leftAlone.addFile(file, `contains ${word}, which is ours`);
      return undefined;
    }
    let failure: unknown;
    for (const kind of kinds) {
      const mapsWords = host.mapsStacks ? kind === "module" : host.readsSourceMaps();
      let transformed: Transformed;
      try {
        transformed = this.#transform(text, { ...options, url, kind, mapsWords, limitOnly });
      } catch (thrown) {
        failure ??= thrown;
        continue;
      }
      // For CommonJS, Deno knows only the source map that came with the module. It looks the columns of
      // our text up in that map.
      const isApplied = host.mapsStacks && (kind === "module" || transformed.positions.hasMap);
      // Text from stripTypes() ends with a `sourceURL` comment, so V8 names the script by its URL.
      const name = kind === "module" || text.endsWith(`//# sourceURL=${url}`) ? url : file;
      maps.add({ url, name, positions: transformed.positions }, isApplied);
      return transformed.source;
    }
    if (limitOnly) return undefined;
    // The runtime itself reports a syntax error, when it compiles the text.
    if (!(failure instanceof SyntaxError)) {
      warn(`Cannot instrument "${url}": ${failure}`, "it runs as it is");
    }
    const reason = failure instanceof SyntaxError
      ? `cannot be parsed: ${failure.message}`
      : String(failure);
    leftAlone.addFile(file, reason);
    return undefined;
  }

  /**
   * Transforms a text and gives its functions their numbers. A module that is loaded again keeps
   * them, as long as its functions have the same names and places.
   */
  #transform(
    text: string,
    options: Omit<TransformOptions, "firstId" | "runtime">,
  ): Transformed {
    const file = sourceName(options.url);
    const known = this.#firstIds.get(options.url);
    if (known !== undefined) {
      const again = transform(text, { ...options, firstId: known, runtime: RUNTIME_EXPRESSION });
      const { labels, args } = labelsOf(again, file);
      if (activation.hasDefined(known, labels, args)) return again;
    }
    const firstId = activation.functionCount;
    const transformed = transform(text, { ...options, firstId, runtime: RUNTIME_EXPRESSION });
    const { labels, args } = labelsOf(transformed, file);
    activation.defineAll(labels, args);
    this.#firstIds.set(options.url, firstId);
    for (const { name, line, reason } of transformed.skipped) {
      this.#options.leftAlone.addFunction({ name, file, line }, reason);
    }
    return transformed;
  }
}

interface InstrumentOptions extends Pick<TransformOptions, "mayReturn" | "start"> {
  /** The kinds that the text can be of, in the order in which they are tried. */
  kinds?: readonly LoadedSource["kind"][];
}

function labelsOf({ functions }: Transformed, file: string): {
  labels: FunctionLabel[];
  args: number[];
} {
  return {
    labels: functions.map(({ name, line }) => ({ name, file, line })),
    args: functions.map(({ args }) => args),
  };
}

/**
 * Whether Node has `require` load a CommonJS module that is imported, as it does with the bytes of a
 * file. A text is that of another hook, and Node compiles it without `require`.
 */
function isLeftToRequire({ format, source }: LoadResult): boolean {
  return format === "commonjs" && typeof source !== "string";
}

/** Whether a module comes from the network: Deno 2.9 gives `null` for the text of such modules. */
function isTextless(url: string, { source }: LoadResult): boolean {
  return /^https?:/.test(url) && (source === null || source === undefined);
}

/** Whether a module is the program's, or of a package of its: not the runtime's, and not ours. */
function isProgram(url: string): boolean {
  return isOwnProgram(url) || (/^(file|https?):/.test(url) && !isOwnModule(url));
}

/**
 * Inserts the start statements in front of an entry module that is not instrumented. A `#!` line
 * stays first.
 */
function withStart(loaded: LoadResult, start: string): LoadResult {
  const { source, format } = loaded;
  if (typeof source !== "string" || format === "commonjs") return loaded;
  return { ...loaded, source: source.replace(/^(#!.*\n)?/, (line) => line + start) };
}
