import { bodyTraits, boundNames } from "./body_traits.ts";
import type { MagicString } from "./libraries.js";
import { directives, type Node } from "./syntax_tree.ts";

/** How to wrap a function. */
export interface WrapOptions {
  /** Whether the function's code is strict. */
  strict: boolean;
  /** Whether names inside are looked up in an object first. */
  insideWith: boolean;
  /** Where the edits go. */
  edits: MagicString;
  /** Gives the function its number: the text `runtime.run(id,()=>`. */
  open: () => string;
}

/** What became of a function. */
export interface Wrapped {
  /** Why it was left as it is; `undefined` if it was not. */
  reason?: string;
  /** Writes what stands behind the body; to be called once all inside has been edited. */
  close: () => void;
}

/**
 * Hands a function's body to the runtime as an arrow function: `this`, `arguments`, `super` and
 * `new.target` stay what they are, directives stay first, parameters stay outside.
 *
 *     function f(a) { "use strict"; return a; }
 *     function f(a) { "use strict";return $.run(7,()=>{ return a; })}
 *     (a) => a
 *     (a) => $.run(8,()=>(a))
 */
export function wrapFunction(node: Node, options: WrapOptions): Wrapped {
  const reason = obstacle(node, options);
  if (reason !== undefined) return { reason, close: () => {} };
  const { edits, open } = options;
  const body: Node = node["body"];
  if (node["expression"]) {
    edits.appendLeft(body.start, `${open()}(`);
    return { close: () => void edits.appendLeft(body.end, "))") };
  }
  const first = directives(body["body"]).at(-1);
  edits.appendLeft(first?.end ?? body.start + 1, `${first ? ";" : ""}return ${open()}{`);
  return { close: () => void edits.appendLeft(body.end - 1, "})") };
}

/** Why a function's meaning would change, `undefined` if it would not. */
function obstacle(node: Node, { strict, insideWith }: WrapOptions): string | undefined {
  if (node["generator"]) return "a generator";
  if (node["async"]) return "async";
  if (insideWith) return 'inside "with"';
  const traits = bodyTraits(node["expression"] ? [node["body"]] : node["body"].body);
  if (traits.evals && !strict) return "calls eval in sloppy mode";
  const parameters = new Set(["arguments"]);
  for (const parameter of node["params"]) boundNames(parameter, parameters);
  const again = [...traits.hoisted].find((name) => parameters.has(name));
  if (again !== undefined) return `declares its parameter ${again} again`;
  return undefined;
}
