import {
  boundNames,
  hoistedNames,
  type Mentions,
  type Observer,
  TraitSearch,
} from "./body_traits.ts";
import type { Node } from "../../source/syntax_tree.ts";

/** What a function's body holds. */
export interface FunctionTraits extends Mentions {
  /** The names that it declares for the whole function, by `var` and as functions. */
  hoisted: ReadonlySet<string>;
  /** The names that it gives a meaning of its own from its first statement on. */
  immediate: ReadonlySet<string>;
}

/** What a function's body holds, without its parameters. */
export function functionTraits(node: Node): FunctionTraits {
  return node["traits"] ??= traitsOf(node, new TraitSearch());
}

/**
 * Finds out about a function and forgets of its body what nothing will be asked of: whatever holds
 * nothing that is edited, unless the body has to be edited piece by piece.
 *
 * @param node A function that has just been parsed.
 * @param observer Told of what its body holds.
 */
export function abridgeFunction(node: Node, observer?: Observer): void {
  const search = new TraitSearch(observer);
  const kept: Node[] = [];
  const traits = node["traits"] = traitsOf(node, search, kept);
  if (node["generator"] || traits.suspends || redeclares(node, traits)) return;
  for (const { owner, field, kept } of search.abridged) owner[field] = kept;
  if (!node["expression"]) node["body"].body = kept;
  else if (kept.length === 0) {
    node["body"] = { ...FORGOTTEN, start: node["body"].start, end: node["body"].end };
  }
}

/** What is left of an expression. */
const FORGOTTEN = { type: "ThisExpression" };

/** Whether a parameter, or `arguments`, is a variable of the body too and would be a new one inside. */
export function redeclares(node: Node, { hoisted }: FunctionTraits): boolean {
  if (hoisted.size === 0) return false;
  const parameters = new Set(["arguments"]);
  for (const parameter of node["params"]) boundNames(parameter, parameters);
  return !parameters.isDisjointFrom(hoisted);
}

function statementsOf({ expression, body }: Node): readonly Node[] {
  return expression ? [body] : body.body;
}

/**
 * @param search What has looked through nothing yet.
 * @param kept Gets the statements that something will be asked of.
 */
function traitsOf(node: Node, search: TraitSearch, kept?: Node[]): FunctionTraits {
  const statements = statementsOf(node);
  for (const statement of statements) {
    search.holdsEdits = false;
    search.visit(statement);
    if (search.holdsEdits || statement["directive"] !== undefined) kept?.push(statement);
  }
  const { suspends, evals, mentionsArguments, mentionsTarget, vars, functions } = search;
  const declaresNothing = vars.length === 0 && functions.length === 0;
  return {
    suspends,
    evals,
    mentionsArguments,
    mentionsTarget,
    hoisted: declaresNothing ? NONE : hoistedNames(search),
    immediate: node["expression"] ? NONE : immediateNames(statements),
  };
}

const NONE: ReadonlySet<string> = new Set();

/** Functions, and constants, variables and classes that are not there yet. */
function immediateNames(statements: readonly Node[]): ReadonlySet<string> {
  let names: Set<string> | undefined;
  for (const { type, kind, declarations, id } of statements) {
    if (type === "ClassDeclaration" || type === "FunctionDeclaration") {
      (names ??= new Set()).add(id.name);
    } else if (type === "VariableDeclaration" && kind !== "var") {
      for (const declarator of declarations) boundNames(declarator.id, names ??= new Set());
    }
  }
  return names ?? NONE;
}
