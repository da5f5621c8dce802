import {
  type BodyTraits,
  boundNames,
  EVERY_NAME,
  freeNames,
  hoistedNames,
  immediateNames,
  type Mentions,
  type Observer,
  parameterTraits,
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
  /**
   * The names that functions in it, and in its parameters, have from outside; or `EVERY_NAME`. Empty
   * where the body goes as a whole.
   */
  captured: ReadonlySet<string>;
  /** The parameters that the body or functions in it mention, without those that parameters' functions use. */
  parameters: readonly string[];
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
  if (goesInPieces(node, traits)) return;
  for (const { owner, field, kept } of search.abridged) owner[field] = kept;
  if (!node["expression"]) node["body"].body = kept;
  else if (kept.length === 0) {
    node["body"] = { ...FORGOTTEN, start: node["body"].start, end: node["body"].end };
  }
}

/** Stands for an expression that was dropped. */
const FORGOTTEN = { type: "ThisExpression" };

/** Whether a function's body cannot be moved into another function as a whole. */
export function goesInPieces(node: Node, traits: FunctionTraits): boolean {
  return node["generator"] || traits.suspends || redeclares(node, traits);
}

/** Whether a parameter, or `arguments`, is a variable of the body too and would be a new one inside. */
function redeclares(node: Node, { hoisted }: FunctionTraits): boolean {
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
  const { mentionsThis, mentionsSuper, arrowsMentionArguments, argumentsPlaces } = search;
  const declaresNothing = vars.length === 0 && functions.length === 0;
  freeNames(node, search);
  const inParameters = parameterTraits(node);
  const traits: FunctionTraits = {
    suspends,
    evals,
    mentionsArguments,
    mentionsTarget,
    mentionsThis,
    mentionsSuper,
    arrowsMentionArguments,
    argumentsPlaces,
    makesFunctions: search.makesFunctions || inParameters.makesFunctions,
    captured: NONE,
    parameters: passedParameters(node, search, inParameters),
    hoisted: declaresNothing ? NONE : hoistedNames(search),
    immediate: node["expression"] ? NONE : immediateNames(statements),
  };
  if (goesInPieces(node, traits)) {
    // A declared function is a closure of its scope. In strict code, the name of one that stands in a
    // block means something else outside of that block.
    traits.captured = new Set([...search.captured, ...inParameters.captured, ...functions]);
  }
  return traits;
}

const NONE: ReadonlySet<string> = new Set();

function passedParameters(
  { params }: Node,
  { mentioned, captured }: BodyTraits,
  inParameters: BodyTraits,
): readonly string[] {
  if (inParameters.evals || inParameters.captured.has(EVERY_NAME)) return [];
  const names = new Set<string>();
  for (const parameter of params) boundNames(parameter, names);
  return [...names].filter((name) =>
    (mentioned.has(name) || captured.has(name) || captured.has(EVERY_NAME)) &&
    !inParameters.captured.has(name)
  );
}
