import * as modules from "node:module";
import process from "node:process";

/** Of Node's modules, what Deno does not declare. */
interface TypeStripper {
  stripTypeScriptTypes?: (
    source: string,
    options: { mode: "strip" | "transform"; sourceMap?: boolean; sourceUrl?: string },
  ) => string;
}

/** What Node does with TypeScript: nothing, takes the types out, or compiles it. */
type TypeScriptSupport = "strip" | "transform" | false | undefined;

/**
 * Makes JavaScript of TypeScript as Node itself does after its hooks, every line where it was or
 * with a source map.
 *
 * @param source The TypeScript.
 * @param url Its module's address.
 * @returns `undefined` where Node has no TypeScript, or refuses this one; it then says so itself.
 */
export function stripTypes(source: string, url: string): string | undefined {
  const { stripTypeScriptTypes } = modules as TypeStripper;
  const mode = (process.features as { typescript?: TypeScriptSupport }).typescript;
  if (!mode || stripTypeScriptTypes === undefined) return undefined;
  try {
    return withoutWarning(() =>
      stripTypeScriptTypes(
        source,
        // Stacks show the text by this address, of CommonJS too, which otherwise has its path there.
        { mode, sourceMap: mode === "transform", sourceUrl: url },
      )
    );
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Node calls the function experimental, which is ours to know and not the program's. */
function withoutWarning<Result>(body: () => Result): Result {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return body();
  } finally {
    process.emitWarning = emitWarning;
  }
}
