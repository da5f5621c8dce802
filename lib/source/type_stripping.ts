import * as modules from "node:module";
import process from "node:process";

/** The function of `node:module` that Deno's types do not declare. */
interface TypeStripper {
  stripTypeScriptTypes?: (
    source: string,
    options: { mode: "strip" | "transform"; sourceMap?: boolean; sourceUrl?: string },
  ) => string;
}

/** Node's support of TypeScript: it removes types, or compiles, or does neither. */
type TypeScriptSupport = "strip" | "transform" | false | undefined;

/**
 * Makes JavaScript of TypeScript as Node itself does after the load hooks. Lines keep their places,
 * or the result has a source map.
 *
 * @param source The TypeScript.
 * @param url Its module's address.
 * @returns `undefined` where Node does not support TypeScript, or refuses this text. Node then
 * reports that itself.
 */
export function stripTypes(source: string, url: string): string | undefined {
  const { stripTypeScriptTypes } = modules as TypeStripper;
  const mode = (process.features as { typescript?: TypeScriptSupport }).typescript;
  if (!mode || stripTypeScriptTypes === undefined) return undefined;
  try {
    return withoutWarning(() =>
      stripTypeScriptTypes(
        source,
        // Stacks name the text by this URL, also for CommonJS, which otherwise has its path there.
        { mode, sourceMap: mode === "transform", sourceUrl: url },
      )
    );
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Replaces types by spaces, so everything else keeps its line and its column.
 *
 * @param source The TypeScript.
 * @returns `undefined` where the runtime cannot, or the text has more than types in it, as enums.
 */
export function blankTypes(source: string): string | undefined {
  const { stripTypeScriptTypes } = modules as TypeStripper;
  try {
    return stripTypeScriptTypes &&
      withoutWarning(() => stripTypeScriptTypes(source, { mode: "strip" }));
  } catch {
    return undefined;
  }
}

/**
 * Runs a function without warnings. Node would warn that stripTypeScriptTypes() is experimental,
 * but it is not the program that calls it.
 */
function withoutWarning<Result>(body: () => Result): Result {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return body();
  } finally {
    process.emitWarning = emitWarning;
  }
}
