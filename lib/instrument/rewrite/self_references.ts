import { boundNames, declaredNames, isDirectEval, type Observer } from "../traits/body_traits.ts";
import type { FunctionTraits } from "../traits/function_traits.ts";
import {
  isClass,
  isFunction,
  type Node,
  type SourceKind,
  visitChildren,
} from "../../source/syntax_tree.ts";

/**
 * By which names functions can reach themselves: those that are given once, and are no other's
 * between the place where they are given and the function's first statement.
 */
export class SelfReferences {
  /** Names that are assigned to somewhere, not counting where they are declared. */
  readonly #assigned = new Set<string>();
  /** The scopes of function declarations, and of the declarators of variables. */
  readonly #scopes = new Map<Node, Scope>();
  /** Declarators that give their variable its only value, every time that there is a new variable. */
  readonly #constants = new Set<Node>();
  #evals = false;

  /** What is declared around the functions. */
  readonly #outermost: Scope;

  /** @param kind What the module is; to what a script declares, others can assign. */
  constructor(kind: SourceKind) {
    this.#outermost = new Scope(kind === "script");
  }

  /**
   * What takes note of all that a function's body declares and assigns, without inner functions. Of its
   * parameters it already has.
   */
  notesOf({ params }: Node): Observer {
    const notes = new ScopeNotes(this, new Scope(false));
    for (const parameter of params) notes.visit(parameter);
    return notes;
  }

  /** Takes note of the rest, once all functions have been added. */
  addProgram(program: Node): void {
    new ScopeNotes(this, this.#outermost).visit(program);
  }

  /**
   * The name by which a function reaches itself.
   *
   * @param node The function.
   * @param parent What it is a direct part of.
   * @param traits What its body holds.
   * @returns `undefined` where there is none.
   */
  nameOf(node: Node, parent: Node, traits: FunctionTraits): string | undefined {
    const name = this.#givenName(node, parent);
    return name === undefined || isHidden(name, node, traits) ? undefined : name;
  }

  /** Whether a class's own name is the class at the first statement of one of its methods. */
  static reachesClass(name: string, method: Node, traits: FunctionTraits): boolean {
    return !isHidden(name, method, traits);
  }

  #givenName(node: Node, parent: Node): string | undefined {
    if (node.type === "FunctionExpression" && node["id"]) return node["id"].name;
    // Code that is not there yet can assign to anything.
    if (this.#evals) return undefined;
    if (node.type === "FunctionDeclaration") return this.#keptName(node, node["id"]);
    if (parent.type !== "VariableDeclarator" || parent["init"] !== node) return undefined;
    return this.#keptName(parent, parent["id"]);
  }

  /** The name that a declaration gives, if it stays what it is. */
  #keptName(declaration: Node, id: Node | null): string | undefined {
    if (id?.type !== "Identifier") return undefined;
    const name: string = id["name"];
    if (this.#constants.has(declaration)) return name;
    const scope = this.#scopes.get(declaration);
    return scope !== undefined && !this.#assigned.has(name) && scope.givesOnce(name)
      ? name
      : undefined;
  }

  /** Code declares a function. */
  declareFunction(node: Node, scope: Scope): void {
    this.#scopes.set(node, scope);
    if (node["id"]) scope.add(node["id"].name);
  }

  /** Code declares a variable. */
  declare(
    declarator: Node,
    kind: string,
    { scope, inLoop }: { scope: Scope; inLoop: boolean },
  ): void {
    const { id, init } = declarator;
    // Nothing will be asked of any other.
    const isAsked = init && isFunction(init);
    if (kind === "const") {
      if (isAsked) this.#constants.add(declarator);
    } else if (kind === "let") {
      if (isAsked) this.#scopes.set(declarator, scope);
    } else if (init) {
      if (id.type === "Identifier") scope.add(id.name);
      else for (const name of boundNames(id)) scope.add(name);
      // One variable for all rounds of a loop has one value after the other.
      if (isAsked && !inLoop) this.#scopes.set(declarator, scope);
    }
  }

  /** Code assigns to something. */
  assign(target: Node): void {
    if (target.type === "Identifier") this.#assigned.add(target["name"]);
    else if (target.type === "VariableDeclaration") {
      // Each round has a new variable, but under `var`.
      if (target["kind"] === "var") declaredNames(target, this.#assigned);
    } else if (target.type !== "MemberExpression") boundNames(target, this.#assigned);
  }

  /** Code calls `eval` directly. */
  addEval(): void {
    this.#evals = true;
  }
}

/** Notes of a function's code, up to the borders of the functions in it. */
class ScopeNotes implements Observer {
  readonly #references: SelfReferences;
  readonly #scope: Scope;
  #inLoop = false;

  constructor(references: SelfReferences, scope: Scope) {
    this.#references = references;
    this.#scope = scope;
  }

  /** Takes note of a node, and of those below it. */
  visit(node: Node): void {
    this.observe(node, this.#inLoop);
    if (isFunction(node)) return;
    if (!isClass(node)) this.#visitInside(node, this.#inLoop || LOOPS.has(node.type));
    else if (node["superClass"]) this.visit(node["superClass"]);
  }

  #visitInside(node: Node, inLoop: boolean): void {
    const outside = this.#inLoop;
    this.#inLoop = inLoop;
    visitChildren(node, this);
    this.#inLoop = outside;
  }

  /** Takes note of a node, and of the body of a class. */
  observe(node: Node, inLoop: boolean): void {
    switch (node.type) {
      case "AssignmentExpression":
      case "ForInStatement":
      case "ForOfStatement":
        return this.#references.assign(node["left"]);
      case "UpdateExpression":
        return this.#references.assign(node["argument"]);
      case "VariableDeclaration":
        for (const declarator of node["declarations"]) {
          this.#references.declare(declarator, node["kind"], { scope: this.#scope, inLoop });
        }
        return;
      case "FunctionDeclaration":
        return this.#references.declareFunction(node, this.#scope);
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#visitInside(node["body"], inLoop);
      case "CallExpression":
        if (isDirectEval(node)) this.#references.addEval();
    }
  }
}

const LOOPS: ReadonlySet<string> = new Set([
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
]);

/** What is declared in a function. */
class Scope {
  readonly #isShared: boolean;
  /** Names that are given a value by a declaration of a function or a `var`, each as often as they are. */
  #given: string[] = [];
  /** How often they are: only of few scopes is anything asked. */
  #counts: Map<string, number> | undefined;

  /** @param isShared Whether other code has its variables too. */
  constructor(isShared: boolean) {
    this.#isShared = isShared;
  }

  /** One more declaration gives a name its value. */
  add(name: string): void {
    this.#given.push(name);
  }

  /** Whether a name that is declared here is given one value; to be asked when all has been added. */
  givesOnce(name: string): boolean {
    return !this.#isShared && !((this.#counts ??= countNames(this.#given)).get(name)! > 1);
  }
}

function countNames(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Whether a name is something else at the first statement of a function. */
function isHidden(name: string, node: Node, { hoisted, immediate }: FunctionTraits): boolean {
  // In a function of this name, it is the arguments.
  if (name === "arguments" || hoisted.has(name) || immediate.has(name)) return true;
  return (node["params"] as Node[]).some((parameter) => boundNames(parameter).has(name));
}
