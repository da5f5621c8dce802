import { APPLY, MOST_ARGUMENTS } from "../engine.ts";
import type { FunctionTraits } from "./function_traits.ts";
import { paddingText } from "./padding.ts";
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

/** What a guard is made of. */
export interface Guard {
  /** The function. */
  node: Node;
  /** Its number, and the runtime. */
  calls: Calls;
  /** How it is called again. */
  reentry: Reentry;
  /** How it reaches itself. */
  self: SelfReference;
  /** Whether it is to be too long for V8 to inline it anywhere. */
  isPadded: boolean;
}

/**
 * What stands at the start of a function's body: while trampolines are on, and no call of it is to go
 * without, it calls the function again, which knows by the runtime's `state` that it is inside.
 */
export function guardStatement(guard: Guard): string {
  const { calls: { id, runtime }, self } = guard;
  const [own, state, left, fn] = [`${runtime}$`, `${runtime}_`, `${runtime}l`, `${runtime}f`];
  const name = self.isOptional ? fn : self.text(id);
  const enter = `${own}.state=${id};return ${callText(guard, own, name)}`;
  const again = self.isOptional
    ? `const ${fn}=${self.text(id)};if(${fn}!==void 0){${enter}}`
    : enter;
  return `{const ${own}=${runtime},${state}=${own}.state;if(${state})if(${state}!==${id}){` +
    `const ${left}=${own}.left;if(${dueText(guard, own, left)}){${again}}}else ${own}.state=-1}`;
}

/** The same in front of an arrow function's expression; a parenthesis is left open. */
export function guardExpression(guard: Guard): string {
  const { calls: { id, runtime }, self } = guard;
  const name = self.text(id);
  const conditions = [
    `${runtime}.state`,
    `${runtime}.state!==${id}`,
    `(${dueText(guard, runtime, `${runtime}.left`)})`,
    ...(self.isOptional ? [`${name}!==void 0`] : []),
  ];
  return `${conditions.join("&&")}?${
    callText(guard, runtime, `(${runtime}.state=${id},${name})`)
  }:(${runtime}.state&&=-1,`;
}

/** Whether a call is to have its frame: each does, or this one. */
function dueText({ calls: { id }, self, isPadded }: Guard, runtime: string, left: string): string {
  const check = `${runtime}.check(${id},${self.text(id)})===1`;
  // In front of the check, so that V8 has seen all of this before a call goes without a frame.
  const due = isPadded ? `(${paddingText(runtime)},${check})` : check;
  return `${left}[${id}]===0||--${left}[${id}]===0&&${due}`;
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
