import { children, isFunction, type Node } from "./syntax_tree.ts";

/** A `var` declaration. */
export interface VarDeclaration {
  declaration: Node;
  /** It stands in the head of a `for`. */
  isLoopHead: boolean;
  /** It cannot become an assignment. */
  isFixed: boolean;
}

/** What of a piece of code would change its meaning inside another function. */
export interface BodyTraits {
  /** Its `var` declarations. */
  vars: VarDeclaration[];
  /** The functions declared in it; in blocks of sloppy code, they are variables of the function. */
  functions: string[];
  /** It awaits or yields. */
  suspends: boolean;
  /** It returns, or jumps to a loop or label outside of itself. */
  leaves: boolean;
  /** It calls `eval` directly, which can declare variables where code is not strict. */
  evals: boolean;
  /** It mentions `arguments`. */
  mentionsArguments: boolean;
  /** It mentions `new.target`. */
  mentionsTarget: boolean;
}

/**
 * Looks through code up to the borders of the functions in it.
 *
 * @param nodes Statements or expressions.
 */
export function bodyTraits(nodes: readonly Node[]): BodyTraits {
  const traits: BodyTraits = {
    vars: [],
    functions: [],
    suspends: false,
    leaves: false,
    evals: false,
    mentionsArguments: false,
    mentionsTarget: false,
  };
  for (const node of nodes) collect(node, traits, OUTERMOST);
  return traits;
}

/** The names that code declares for the whole function that it stands in. */
export function hoistedNames({ vars, functions }: BodyTraits): Set<string> {
  const names = new Set(functions);
  for (const { declaration } of vars) declaredNames(declaration, names);
  return names;
}

/** What is around, inside the code looked at: above all, what a jump can have as its target. */
interface Targets {
  labels: readonly string[];
  loop: boolean;
  breakable: boolean;
  /** The `for` directly around. */
  loopAround?: Node;
  insideWith: boolean;
}

const OUTERMOST: Targets = { labels: [], loop: false, breakable: false, insideWith: false };

function collect(node: Node, traits: BodyTraits, targets: Targets): void {
  if (isFunction(node)) {
    // `export default function () {}` has no name.
    if (node.type === "FunctionDeclaration" && node["id"]) traits.functions.push(node["id"].name);
    if (node.type === "ArrowFunctionExpression") collectArrow(node, traits);
    return;
  }
  switch (node.type) {
    case "VariableDeclaration":
      if (node["kind"] === "var") {
        traits.vars.push(varDeclaration(node, targets));
      }
      if (node["kind"] === "await using") traits.suspends = true;
      break;
    case "AwaitExpression":
    case "YieldExpression":
      traits.suspends = true;
      break;
    case "ForOfStatement":
      if (node["await"]) traits.suspends = true;
      break;
    case "ReturnStatement":
      traits.leaves = true;
      break;
    case "BreakStatement":
    case "ContinueStatement":
      if (!hasTarget(node, targets)) traits.leaves = true;
      break;
    case "CallExpression":
      if (node["callee"].type === "Identifier" && node["callee"].name === "eval") {
        traits.evals = true;
      }
      break;
    case "Identifier":
      if (node["name"] === "arguments") traits.mentionsArguments = true;
      break;
    case "MetaProperty":
      if (node["meta"].name === "new") traits.mentionsTarget = true;
      break;
    case "ClassDeclaration":
    case "ClassExpression":
      return collectClass(node, traits, targets);
  }
  const inner = targetsBelow(node, targets);
  for (const child of children(node)) collect(child, traits, inner);
}

function varDeclaration(declaration: Node, { loopAround, insideWith }: Targets): VarDeclaration {
  const [{ id, init }] = declaration["declarations"];
  // `for (async of` and `for (let of` are no loops, and nor is `for (a = 1 in`.
  const isTarget = declaration === loopAround?.["left"] &&
    (init !== null || id.name === "async" || id.name === "let");
  return {
    declaration,
    isLoopHead: loopAround !== undefined &&
      declaration === (loopAround["init"] ?? loopAround["left"]),
    // An object would be asked for a variable that is only declared.
    isFixed: isTarget || insideWith,
  };
}

/** Of a class, only the heritage and the computed keys run here; the rest are functions of its own. */
function collectClass(node: Node, traits: BodyTraits, targets: Targets): void {
  if (node["superClass"]) collect(node["superClass"], traits, targets);
  for (const member of node["body"].body) {
    if (member.computed) collect(member.key, traits, targets);
  }
}

/**
 * What an arrow function mentions is what is around it; and a direct `eval` in it sees, and in sloppy
 * code shares, what is around the arrow.
 */
function collectArrow(arrow: Node, traits: BodyTraits): void {
  const inner = bodyTraits([...arrow["params"], arrow["body"]]);
  if (inner.evals) traits.evals = true;
  if (inner.mentionsArguments) traits.mentionsArguments = true;
  if (inner.mentionsTarget) traits.mentionsTarget = true;
}

function targetsBelow(node: Node, targets: Targets): Targets {
  if (node.type === "LabeledStatement") {
    return { ...targets, labels: [...targets.labels, node["label"].name] };
  }
  if (/^(For|While|DoWhile)/.test(node.type)) {
    return { ...targets, loop: true, breakable: true, loopAround: node };
  }
  if (node.type === "WithStatement") return { ...targets, insideWith: true };
  if (node.type === "SwitchStatement") return { ...targets, breakable: true };
  return targets;
}

function hasTarget(jump: Node, { labels, loop, breakable }: Targets): boolean {
  if (jump["label"]) return labels.includes(jump["label"].name);
  return jump.type === "BreakStatement" ? breakable : loop;
}

/** Adds the names that a variable declaration declares. */
export function declaredNames(declaration: Node, names: Set<string> = new Set()): Set<string> {
  for (const { id } of declaration["declarations"]) boundNames(id, names);
  return names;
}

/** Adds the names that a binding pattern declares. */
export function boundNames(pattern: Node | null, names: Set<string> = new Set()): Set<string> {
  switch (pattern?.type) {
    case "Identifier":
      names.add(pattern["name"]);
      break;
    case "ObjectPattern":
      for (const property of pattern["properties"]) {
        boundNames(property.type === "RestElement" ? property : property.value, names);
      }
      break;
    case "ArrayPattern":
      for (const element of pattern["elements"]) boundNames(element, names);
      break;
    case "AssignmentPattern":
      boundNames(pattern["left"], names);
      break;
    case "RestElement":
      boundNames(pattern["argument"], names);
      break;
  }
  return names;
}
