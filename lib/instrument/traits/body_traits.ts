import { limitHolder } from "./stack_limit.ts";
import { type Node, visitChildren } from "../../source/syntax_tree.ts";

/** A `var` declaration. */
export interface VarDeclaration {
  declaration: Node;
  /** It stands in the head of a `for`. */
  isLoopHead: boolean;
  /** It cannot become an assignment. */
  isFixed: boolean;
}

/** Constructs in code that depend on the function around it. */
export interface Mentions {
  /** It awaits or yields. */
  suspends: boolean;
  /** It calls `eval` directly, which can declare variables where code is not strict. */
  evals: boolean;
  /** It mentions `arguments`. */
  mentionsArguments: boolean;
  /** Arrow functions in it do. */
  arrowsMentionArguments: boolean;
  /** The places where the code itself mentions `arguments`. */
  argumentsPlaces: readonly ArgumentsPlace[];
  /** It makes functions or classes. Each keeps all variables alive that any of them uses from outside. */
  makesFunctions: boolean;
  /** It mentions `new.target`. */
  mentionsTarget: boolean;
  /** It mentions `this`, or `super`. */
  mentionsThis: boolean;
  /** It mentions `super`. */
  mentionsSuper: boolean;
}

/** An `arguments` that is written in a function, and not in an arrow function in it. */
export interface ArgumentsPlace {
  node: Node;
  /** It stands for a property and its value: `{ arguments }`. */
  isShorthand: boolean;
  /** It is called, or something of it: V8's messages show its name. */
  isCalled: boolean;
}

/** Stands for every name in a set of names: code that calls `eval` can mention any. */
export const EVERY_NAME = "*";

/** Traits of code whose meaning would change if the code moved into another function. */
export interface BodyTraits extends Mentions {
  /** Its `var` declarations. */
  vars: VarDeclaration[];
  /**
   * Names of the functions declared in it. In blocks of sloppy code they are variables of the whole
   * function.
   */
  functions: string[];
  /** It returns, or jumps to a loop or label outside of itself. */
  leaves: boolean;
  /** It holds something that is always edited: a function, a class or `Error.stackTraceLimit`. */
  holdsEdits: boolean;
  /** The names that it mentions outside of inner functions, but for those that its blocks declare. */
  mentioned: ReadonlySet<string>;
  /** Those of them that it assigns to. */
  assigned: ReadonlySet<string>;
  /** The names that inner functions, and the members of classes, have from outside; or {@linkcode EVERY_NAME}. */
  captured: ReadonlySet<string>;
}

/**
 * Collects the traits of code, without those of the functions in it. An arrow function counts by
 * what it mentions of its surroundings.
 *
 * @param nodes Statements or expressions.
 */
export function bodyTraits(nodes: readonly Node[]): BodyTraits {
  const search = new TraitSearch();
  for (const node of nodes) search.visit(node);
  return search;
}

/** The names that code declares for the whole function that it stands in. */
export function hoistedNames({ vars, functions }: BodyTraits): Set<string> {
  const names = new Set(functions);
  for (const { declaration } of vars) declaredNames(declaration, names);
  return names;
}

/**
 * The names that a function has from outside; or {@linkcode EVERY_NAME}.
 *
 * @param node The function.
 * @param body What its body holds.
 */
export function freeNames(
  node: Node,
  body: BodyTraits = bodyTraits(node["expression"] ? [node["body"]] : node["body"].body),
): readonly string[] {
  return node["free"] ??= findFreeNames(node, body);
}

function findFreeNames(node: Node, body: BodyTraits): readonly string[] {
  const free = new Set(body.mentioned);
  for (const name of body.captured) free.add(name);
  if (!node["expression"]) {
    for (const name of hoistedNames(body)) free.delete(name);
    for (const name of immediateNames(node["body"].body)) free.delete(name);
  }
  const parameters = parameterTraits(node);
  for (const names of [parameters.mentioned, parameters.captured]) {
    for (const name of names) free.add(name);
  }
  for (const parameter of node["params"]) {
    for (const name of boundNames(parameter)) free.delete(name);
  }
  if (body.evals || parameters.evals) free.add(EVERY_NAME);
  return free.size === 0 ? NO_NAMES : [...free];
}

const NO_NAMES: readonly string[] = [];

/** Traits of a function's parameters. */
export function parameterTraits({ params }: Node): BodyTraits {
  return (params as Node[]).every(({ type }) => type === "Identifier")
    ? NO_TRAITS
    : bodyTraits(params);
}

/** Told of nodes that declare or assign something, or call `eval`. */
export interface Observer {
  /**
   * Takes a node that was met. Of a class, the caller visits only the heritage and the computed
   * keys; the rest of its body is the observer's.
   */
  observe(node: Node, inLoop: boolean): void;
}

/**
 * A search for traits. It tracks the surroundings of the current node, above all the possible
 * targets of a jump.
 */
export class TraitSearch implements BodyTraits {
  readonly vars: VarDeclaration[] = [];
  readonly functions: string[] = [];
  suspends = false;
  leaves = false;
  evals = false;
  mentionsArguments = false;
  arrowsMentionArguments = false;
  mentionsTarget = false;
  mentionsThis = false;
  mentionsSuper = false;
  makesFunctions = false;
  holdsEdits = false;
  mentioned: Set<string> = new Set();
  assigned: Set<string> = new Set();
  readonly captured: Set<string> = new Set();
  readonly argumentsPlaces: ArgumentsPlace[] = [];
  #isShorthand = false;
  #isCalled = false;
  /** Lists of nodes, and what of them holds edits. */
  readonly abridged: { owner: Node; field: string; kept: Node[] }[] = [];
  readonly #labels: string[] = [];
  #inLoop = false;
  #isBreakable = false;
  /** The innermost loop around the current node. */
  #loopAround: Node | undefined;
  #insideWith = false;
  readonly #observer: Observer | undefined;

  /** @param observer Is told of declarations, assignments and calls of `eval`. */
  constructor(observer?: Observer) {
    this.#observer = observer;
  }

  /** Searches a node. */
  visit(node: Node): void {
    const holdsLimit = limitHolder(node) !== undefined;
    if (holdsLimit) this.holdsEdits = true;
    switch (node.type) {
      case "Identifier":
        this.mentioned.add(node["name"]);
        if (node["name"] === "arguments") this.#noteArguments(node);
        return;
      case "ThisExpression":
        this.mentionsThis = true;
        return;
      case "Super":
        this.mentionsThis = true;
        this.mentionsSuper = true;
        return;
      case "Literal":
        return;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return this.#visitFunction(node);
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#visitClass(node);
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
      case "WhileStatement":
      case "DoWhileStatement":
        return this.#visitLoop(node);
      case "SwitchStatement":
        return this.#visitSwitch(node);
      case "LabeledStatement":
        this.#labels.push(node["label"].name);
        this.visit(node["body"]);
        this.#labels.pop();
        return;
      case "WithStatement":
        return this.#visitWith(node);
      case "VariableDeclaration":
        if (node["kind"] === "var") this.#visitVar(node);
        else if (node["kind"] === "await using") this.suspends = true;
        this.#observer?.observe(node, this.#inLoop);
        return this.#visitList(node, "declarations");
      case "BlockStatement":
        return this.#visitScope(immediateNames(node["body"]), () => this.#visitList(node, "body"));
      case "CatchClause":
        return this.#visitScope(boundNames(node["param"]), () => visitChildren(node, this));
      case "ObjectExpression":
        return this.#visitList(node, "properties");
      case "AwaitExpression":
      case "YieldExpression":
        this.suspends = true;
        break;
      case "ReturnStatement":
        this.leaves = true;
        break;
      case "BreakStatement":
      case "ContinueStatement":
        if (!this.#hasTarget(node)) this.leaves = true;
        return;
      case "CallExpression":
        if (isDirectEval(node)) {
          this.evals = true;
          this.#observer?.observe(node, this.#inLoop);
        }
        this.#visitCallee(node["callee"]);
        // The edit asks for all arguments when one of them names the limit.
        if (holdsLimit) return node["arguments"].forEach((argument: Node) => this.visit(argument));
        return this.#visitList(node, "arguments");
      case "NewExpression":
        this.#visitCallee(node["callee"]);
        return this.#visitList(node, "arguments");
      case "TaggedTemplateExpression":
        this.#visitCallee(node["tag"]);
        return this.visit(node["quasi"]);
      case "AssignmentExpression":
        this.#observer?.observe(node, this.#inLoop);
        boundNames(node["left"], this.assigned);
        break;
      case "UpdateExpression":
        this.#observer?.observe(node, this.#inLoop);
        boundNames(node["argument"], this.assigned);
        break;
      case "MemberExpression":
        this.visit(node["object"]);
        if (node["computed"]) this.visit(node["property"]);
        // `f.arguments` gives a running sloppy function's arguments.
        else if (node["property"].name === "arguments") this.mentionsArguments = true;
        return;
      case "Property":
        if (node["computed"]) this.visit(node["key"]);
        this.#isShorthand = node["shorthand"] && node["value"].type === "Identifier";
        this.visit(node["value"]);
        this.#isShorthand = false;
        return;
      case "MetaProperty":
        if (node["meta"].name === "new") this.mentionsTarget = true;
        return;
    }
    visitChildren(node, this);
  }

  #visitList(owner: Node, field: string): void {
    const list: readonly Node[] = owner[field];
    const { holdsEdits } = this;
    let kept: Node[] | undefined;
    for (let i = 0; i < list.length; i++) {
      this.holdsEdits = false;
      this.visit(list[i]!);
      if (this.holdsEdits) (kept ??= []).push(list[i]!);
    }
    this.holdsEdits = holdsEdits || kept !== undefined;
    // If no node of the list holds edits, the owner is dropped from its own list, so this list
    // stays.
    if (kept !== undefined && kept.length < list.length) this.abridged.push({ owner, field, kept });
  }

  #noteArguments(node: Node): void {
    this.mentionsArguments = true;
    this.argumentsPlaces.push({
      node,
      isShorthand: this.#isShorthand,
      isCalled: this.#isCalled,
    });
  }

  #visitCallee(callee: Node): void {
    const isCalled = this.#isCalled;
    this.#isCalled = true;
    this.visit(callee);
    this.#isCalled = isCalled;
  }

  /** Visits what has names of its own. */
  #visitScope(own: ReadonlySet<string>, visit: () => void): void {
    if (own.size === 0) return visit();
    const [mentioned, assigned] = [this.mentioned, this.assigned];
    this.mentioned = new Set();
    this.assigned = new Set();
    visit();
    for (const name of this.mentioned) if (!own.has(name)) mentioned.add(name);
    for (const name of this.assigned) if (!own.has(name)) assigned.add(name);
    this.mentioned = mentioned;
    this.assigned = assigned;
  }

  #visitVar(node: Node): void {
    const variable = this.#varDeclaration(node);
    this.vars.push(variable);
    const isAssigned = node["declarations"].some(({ init }: Node) => init) || variable.isLoopHead;
    if (isAssigned) declaredNames(node, this.assigned);
  }

  #visitFunction(node: Node): void {
    this.holdsEdits = true;
    this.makesFunctions = true;
    for (const name of freeNames(node)) this.captured.add(name);
    // `export default function () {}` has no name.
    if (node.type === "FunctionDeclaration") {
      if (node["id"]) this.functions.push(node["id"].name);
      this.#observer?.observe(node, this.#inLoop);
    }
    if (node.type === "ArrowFunctionExpression") this.#visitArrow(node);
  }

  /**
   * An arrow function has no `arguments` and no `new.target` of its own: it mentions those of the
   * function around it. A direct `eval` in it reaches the variables around the arrow.
   */
  #visitArrow(arrow: Node): void {
    // abridgeFunction() may have stored the traits and dropped parts of the body, so stored traits
    // come first.
    const own: Mentions = arrow["traits"] ?? bodyTraits([arrow["body"]]);
    for (const inner of [bodyTraits(arrow["params"]), own]) {
      if (inner.evals) this.evals = true;
      if (inner.mentionsArguments) this.mentionsArguments = this.arrowsMentionArguments = true;
      if (inner.mentionsTarget) this.mentionsTarget = true;
      if (inner.mentionsThis) this.mentionsThis = true;
      if (inner.mentionsSuper) this.mentionsSuper = true;
    }
  }

  /**
   * Visits the heritage and the computed keys of a class, which run here. Its other parts run as
   * functions of their own.
   */
  #visitClass(node: Node): void {
    this.holdsEdits = true;
    this.makesFunctions = true;
    this.#observer?.observe(node, this.#inLoop);
    if (node["superClass"]) this.visit(node["superClass"]);
    const members = new TraitSearch();
    for (const member of node["body"].body) {
      if (member.computed) this.visit(member.key);
      if (member.type === "StaticBlock") {
        for (const statement of member.body) members.visit(statement);
      } else if (member.value) members.visit(member.value);
    }
    for (const names of [members.mentioned, members.captured]) {
      for (const name of names) this.captured.add(name);
    }
    if (members.evals) this.captured.add(EVERY_NAME);
  }

  #visitLoop(node: Node): void {
    if (node["await"]) this.suspends = true;
    this.#observer?.observe(node, this.#inLoop);
    const [inLoop, isBreakable, loopAround] = [this.#inLoop, this.#isBreakable, this.#loopAround];
    this.#inLoop = true;
    this.#isBreakable = true;
    this.#loopAround = node;
    const head: Node | null = node["init"] ?? node["left"] ?? null;
    if (head !== null && node.type !== "ForStatement") boundNames(head, this.assigned);
    const isScope = head?.type === "VariableDeclaration" && head["kind"] !== "var";
    this.#visitScope(isScope ? declaredNames(head) : NONE, () => visitChildren(node, this));
    this.#inLoop = inLoop;
    this.#isBreakable = isBreakable;
    this.#loopAround = loopAround;
  }

  #visitSwitch(node: Node): void {
    const isBreakable = this.#isBreakable;
    this.#isBreakable = true;
    this.visit(node["discriminant"]);
    const cases: Node[] = node["cases"];
    this.#visitScope(immediateNames(cases.flatMap(({ consequent }) => consequent)), () => {
      for (const one of cases) this.visit(one);
    });
    this.#isBreakable = isBreakable;
  }

  #visitWith(node: Node): void {
    const insideWith = this.#insideWith;
    this.#insideWith = true;
    visitChildren(node, this);
    this.#insideWith = insideWith;
  }

  #varDeclaration(declaration: Node): VarDeclaration {
    const around = this.#loopAround;
    const [{ id, init }] = declaration["declarations"];
    // Without `var`, `for (async of`, `for (let of` and `for (a = 1 in` are syntax errors.
    const isTarget = declaration === around?.["left"] &&
      (init !== null || id.name === "async" || id.name === "let");
    return {
      declaration,
      isLoopHead: around !== undefined && declaration === (around["init"] ?? around["left"]),
      // Inside `with`, `void (x)` would read a property of the object, which `var x` does not.
      isFixed: isTarget || this.#insideWith,
    };
  }

  #hasTarget(jump: Node): boolean {
    if (jump["label"]) return this.#labels.includes(jump["label"].name);
    return jump.type === "BreakStatement" ? this.#isBreakable : this.#inLoop;
  }
}

const NONE: ReadonlySet<string> = new Set();

/**
 * The names that statements declare other than by `var`: functions, and classes and variables, which have
 * no value before their declaration.
 */
export function immediateNames(statements: readonly Node[]): ReadonlySet<string> {
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

const NO_TRAITS: BodyTraits = new TraitSearch();

/** Whether a call is one of `eval` that sees what is around it. */
export function isDirectEval({ callee }: Node): boolean {
  return callee.type === "Identifier" && callee.name === "eval";
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
