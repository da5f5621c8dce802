import type { CallAgain } from "../../activation/instrumented_code.ts";
import { APPLY, ENTRIES, MOST_ARGUMENTS } from "../../engines/engine.ts";
import type { FunctionTraits } from "../traits/function_traits.ts";
import type { Node } from "../../source/syntax_tree.ts";
import type { Calls } from "./wrapped.ts";

/** The call by which a function calls itself again, inside its trampoline. */
export interface Reentry {
  /** Number of arguments, or `APPLY`. */
  args: number;
  /** The texts of the arguments: `,a,b`, or one array. */
  passed: string;
  /** The runtime's function that takes them. */
  entry: CallAgain["entry"];
}

/**
 * Returns the call that repeats a function's current call, before any code of the function has run.
 * Returns `undefined` where the program could notice the repetition: parameters can run code,
 * `new.target` shows how the function was called, and the call of an async function or a generator
 * has an effect itself; and where the arguments cannot be passed on by their names, as with direct
 * `eval` or two parameters of one name.
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
    entry: ENTRIES[names.length]!,
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
  /** The call of the function inside its trampoline. */
  reentry: Reentry;
  /** The expression by which the function reaches itself. */
  self: string;
}

/** Converts a guard to the form of the contract, activation/instrumented_code.ts. */
export function callAgainOf({ node, calls: { id, runtime }, reentry, self }: Guard): CallAgain {
  const receiver = node.type === "ArrowFunctionExpression" ? "void 0" : "this";
  return { id, runtime, self, receiver, entry: reentry.entry, passed: reentry.passed };
}
