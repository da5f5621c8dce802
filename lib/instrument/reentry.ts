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

/** How a function reaches itself, given its number. */
export interface SelfReference {
  /** The text of the function. */
  text: (id: number) => string;
  /** Whether that can be missing. */
  isOptional?: boolean;
}

/**
 * What stands at the start of a function's body: while trampolines are on, it calls the function
 * again, which knows by the runtime's `id` that it is inside.
 */
export function guardStatement(
  node: Node,
  calls: Calls,
  reentry: Reentry,
  self: SelfReference,
): string {
  const { id, runtime } = calls;
  return `if(${isOn(calls, self)})if(${runtime}.id!==${id})return ${
    callText(node, calls, reentry, self)
  };else ${runtime}.id=-1;`;
}

/** The same in front of an arrow function's expression; a parenthesis is left open. */
export function guardExpression(
  node: Node,
  calls: Calls,
  reentry: Reentry,
  self: SelfReference,
): string {
  const { id, runtime } = calls;
  return `${isOn(calls, self)}&&${runtime}.id!==${id}?${
    callText(node, calls, reentry, self)
  }:(${runtime}.id=-1,`;
}

function isOn({ id, runtime }: Calls, { text, isOptional }: SelfReference): string {
  return `${runtime}.on${isOptional ? `&&${text(id)}` : ""}`;
}

/** The call of the function itself inside its trampoline. */
function callText(
  node: Node,
  { id, runtime }: Calls,
  { passed, entry }: Reentry,
  { text }: SelfReference,
): string {
  const receiver = node.type === "ArrowFunctionExpression" ? "void 0" : "this";
  return `${runtime}.${entry}(${id},(${runtime}.id=${id},${text(id)}),${receiver}${passed})`;
}
