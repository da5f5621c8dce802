import type { SourceKind } from "./syntax_tree.ts";

/** The module loader's context of a load, as far as it matters here. */
export interface LoadContext {
  conditions?: readonly string[];
  importAttributes?: Readonly<Record<string, string>>;
}

/** The result of a load hook, as far as it matters here. */
export interface LoadResult {
  format?: string | null;
  source?: unknown;
  shortCircuit?: boolean;
}

/** JavaScript that was loaded. */
export interface LoadedSource {
  text: string;
  kind: SourceKind;
  /** The format that the loader is to use; `undefined` to keep the loader's own. */
  format?: string;
}

/** Makes JavaScript of TypeScript; returns `undefined` where it cannot. */
export type StripTypes = (source: string, url: string) => string | undefined;

/**
 * Returns the JavaScript of a load. Deno gives text, and JavaScript in place of TypeScript. Node
 * gives bytes or text, and unchanged TypeScript, in formats of its own.
 *
 * @param url The module's address.
 * @param context The loader's context.
 * @param loaded The result of the load.
 * @param strip Makes JavaScript of TypeScript.
 * @returns `undefined` where there is none.
 */
export function readLoadedSource(
  url: string,
  context: LoadContext,
  loaded: LoadResult,
  strip: StripTypes,
): LoadedSource | undefined {
  const found = sourceFormat(url, context, loaded);
  const text = found && readText(loaded.source);
  if (found === undefined || text === undefined) return undefined;
  const { kind, isTypeScript } = found;
  if (!isTypeScript) return kind && { text: kind === "module" ? withoutMark(text) : text, kind };
  const javaScript = strip(text, url);
  if (javaScript === undefined) return undefined;
  const stripped = kind ?? (MODULE_SYNTAX.test(javaScript) ? "module" : "commonjs");
  return { text: javaScript, kind: stripped, format: stripped };
}

/**
 * A text without its byte-order mark. Deno hands it to hooks with the text of an ECMAScript module,
 * but not to V8, which would count it as a column. Of CommonJS, Deno hands it to V8 too.
 */
export function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** Matches a statement that only modules have. With Node's format `typescript` the text decides. */
const MODULE_SYNTAX = /^\s*(?:export\b|import\b(?!\s*[(.]))/m;

interface SourceFormat {
  /** `undefined` where the text decides. */
  kind: SourceKind | undefined;
  isTypeScript: boolean;
}

function sourceFormat(
  url: string,
  { conditions = [], importAttributes = {} }: LoadContext,
  { format }: LoadResult,
): SourceFormat | undefined {
  if (importAttributes["type"] !== undefined || /\.(json|wasm|node)$/.test(url)) return undefined;
  switch (format) {
    case "commonjs":
    case "module":
      return { kind: format, isTypeScript: false };
    case "commonjs-typescript":
      return { kind: "commonjs", isTypeScript: true };
    case "module-typescript":
      return { kind: "module", isTypeScript: true };
    case "typescript":
      return { kind: undefined, isTypeScript: true };
    case "builtin":
    case "json":
    case "wasm":
    case "addon":
      return undefined;
    default:
      return {
        kind: conditions.includes("require") ? "commonjs" : "module",
        isTypeScript: false,
      };
  }
}

function readText(source: unknown): string | undefined {
  if (typeof source === "string") return source;
  return source instanceof Uint8Array ? new TextDecoder().decode(source) : undefined;
}
