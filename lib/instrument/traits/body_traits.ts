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
  /** It mentions `new.target`. */
  mentionsTarget: boolean;
}

/** Constructs in a piece of code that would change their meaning inside another function. */
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

/** Is told of nodes that declare or assign something, or call `eval`. */
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
  mentionsTarget = false;
  holdsEdits = false;
  /** Lists in which some nodes hold edits and others do not; `kept` has those that do. */
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
        if (node["name"] === "arguments") this.mentionsArguments = true;
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
        visitChildren(node, this);
        this.#labels.pop();
        return;
      case "WithStatement":
        return this.#visitWith(node);
      case "VariableDeclaration":
        if (node["kind"] === "var") this.vars.push(this.#varDeclaration(node));
        else if (node["kind"] === "await using") this.suspends = true;
        this.#observer?.observe(node, this.#inLoop);
        return this.#visitList(node, "declarations");
      case "BlockStatement":
        return this.#visitList(node, "body");
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
        // The arguments that name the limit are asked for again.
        if (holdsLimit) break;
        this.visit(node["callee"]);
        return this.#visitList(node, "arguments");
      case "AssignmentExpression":
      case "UpdateExpression":
        this.#observer?.observe(node, this.#inLoop);
        break;
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

  #visitFunction(node: Node): void {
    this.holdsEdits = true;
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
      if (inner.mentionsArguments) this.mentionsArguments = true;
      if (inner.mentionsTarget) this.mentionsTarget = true;
    }
  }

  /**
   * Visits the heritage and the computed keys of a class, which run here. Its other parts run as
   * functions of their own.
   */
  #visitClass(node: Node): void {
    this.holdsEdits = true;
    this.#observer?.observe(node, this.#inLoop);
    if (node["superClass"]) this.visit(node["superClass"]);
    for (const member of node["body"].body) {
      if (member.computed) this.visit(member.key);
    }
  }

  #visitLoop(node: Node): void {
    if (node["await"]) this.suspends = true;
    this.#observer?.observe(node, this.#inLoop);
    const [inLoop, isBreakable, loopAround] = [this.#inLoop, this.#isBreakable, this.#loopAround];
    this.#inLoop = true;
    this.#isBreakable = true;
    this.#loopAround = node;
    visitChildren(node, this);
    this.#inLoop = inLoop;
    this.#isBreakable = isBreakable;
    this.#loopAround = loopAround;
  }

  #visitSwitch(node: Node): void {
    const isBreakable = this.#isBreakable;
    this.#isBreakable = true;
    visitChildren(node, this);
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

/** Whether a call is a direct `eval`, which sees the variables around it. */
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
