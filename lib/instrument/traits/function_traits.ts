import {
  boundNames,
  hoistedNames,
  type Mentions,
  type Observer,
  TraitSearch,
} from "./body_traits.ts";
import type { Node } from "../../source/syntax_tree.ts";

/** The traits of a function's body. */
export interface FunctionTraits extends Mentions {
  /** The names that it declares for the whole function, by `var` and as functions. */
  hoisted: ReadonlySet<string>;
  /**
   * Names that the top level of the body declares: functions, classes, `let` and `const`. From the
   * first statement on they hide outer names.
   */
  immediate: ReadonlySet<string>;
}

/** Returns the traits of a function's body, without its parameters, and stores them in the node. */
export function functionTraits(node: Node): FunctionTraits {
  return node["traits"] ??= traitsOf(node, new TraitSearch());
}

/**
 * Stores the traits of a function in its node. Then drops the parts of the body that hold no edits,
 * to save memory. A body that has to be edited piece by piece stays whole.
 *
 * @param node A function that has just been parsed.
 * @param observer Is told of declarations, assignments and calls of `eval` in the body.
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

/** Stands for an expression that was dropped. */
const FORGOTTEN = { type: "ThisExpression" };

/**
 * Whether the body declares a parameter or `arguments` again. If the body became an arrow function,
 * that declaration would make a new variable.
 */
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
 * @param search A search that has visited nothing yet.
 * @param kept Gets the directives, and the statements that hold edits.
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

/**
 * Names of functions, and of classes, `let` and `const`, which are not initialised yet at the first
 * statement.
 */
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
