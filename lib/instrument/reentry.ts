import { APPLY, MOST_ARGUMENTS } from "../engine.ts";
import type { FunctionTraits } from "./function_traits.ts";
import type { Node } from "./syntax_tree.ts";
import type { Calls } from "./wrapped.ts";

/** How a function is called again, inside its trampoline. */
export interface Reentry {
  /** With how many arguments, or `APPLY`. */
  args: number;
  /** The texts of the arguments: `,a,b`, or one array. */
  passed: string;
  /** The runtime's function that takes them. */
  entry: string;
}

/**
 * How a function can be called again as it was called, before anything of it has run;
 * `undefined` where that would show: its parameters compute something, it asks how it was called,
 * or the call itself does something, as that of an async function does.
 */
export function reentryOf(node: Node, traits: FunctionTraits): Reentry | undefined {
  if (node["async"] || node["generator"] || traits.evals || traits.mentionsTarget) return undefined;
  const params: Node[] = node["params"];
  const rest = params.at(-1)?.type === "RestElement" ? params.at(-1)!["argument"] : undefined;
  const plain = rest === undefined ? params : params.slice(0, -1);
  if (![...plain, ...(rest === undefined ? [] : [rest])].every(isName)) return undefined;
  const names: string[] = plain.map(({ name }) => name);
  if (new Set(names).size < names.length || names.includes("arguments")) return undefined;
  const hasArguments = node.type !== "ArrowFunctionExpression" &&
    !traits.immediate.has("arguments");
  if (traits.mentionsArguments && hasArguments) {
    return { args: APPLY, passed: ",arguments", entry: "e1" };
  }
  if (rest !== undefined) {
    return { args: APPLY, passed: `,[${names}],${rest["name"]}`, entry: "rest" };
  }
  return names.length > MOST_ARGUMENTS ? { args: APPLY, passed: `,[${names}]`, entry: "e1" } : {
    args: names.length,
    passed: names.map((name) => `,${name}`).join(""),
    entry: `e${names.length}`,
  };
}

function isName(node: Node): boolean {
  return node.type === "Identifier";
}

/** The parts of a guard. */
export interface Guard {
  /** The function. */
  node: Node;
  /** The function's number, and the runtime. */
  calls: Calls;
  /** How the function is called again. */
  reentry: Reentry;
  /** The text by which the function reaches itself. */
  self: string;
}

/**
 * The guard at the start of a function's body. While trampolines are on, the function calls itself
 * again inside its trampoline. The second call finds its own number in the runtime's `state`, takes
 * it out and runs the body.
 */
export function guardStatement(guard: Guard): string {
  const { calls: { id, runtime }, self } = guard;
  const [own, state] = [`${runtime}$`, `${runtime}_`];
  return `{const ${own}=${runtime},${state}=${own}.state;if(${state})if(${state}!==${id})` +
    `{${own}.state=${id};return ${callText(guard, own, self)}}else ${own}.state=-1}`;
}

/** The guard in front of an arrow function's expression; a parenthesis is left open. */
export function guardExpression(guard: Guard): string {
  const { calls: { id, runtime }, self } = guard;
  const call = callText(guard, runtime, `(${runtime}.state=${id},${self})`);
  return `${runtime}.state&&${runtime}.state!==${id}?${call}:(${runtime}.state&&=-1,`;
}

/** The call of the function itself inside its trampoline. */
function callText(
  { node, calls: { id }, reentry: { passed, entry } }: Guard,
  runtime: string,
  fn: string,
): string {
  const receiver = node.type === "ArrowFunctionExpression" ? "void 0" : "this";
  return `${runtime}.${entry}(${id},${fn},${receiver}${passed})`;
}
