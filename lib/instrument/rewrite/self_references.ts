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
 * Finds the name by which a function can refer to itself. The name must get its value exactly once,
 * and must not be hidden at the function's first statement; otherwise the guard would call another
 * function. A function without such a name has its body run as an arrow function instead.
 */
export class SelfReferences {
  /** Names that are assigned to somewhere, apart from their declarations. */
  readonly #assigned = new Set<string>();
  /** The scopes of function declarations, and of the declarators of variables. */
  readonly #scopes = new Map<Node, Scope>();
  /** Declarators of `const`: their variable never gets another value. */
  readonly #constants = new Set<Node>();
  #evals = false;

  /** The scope around all functions. */
  readonly #outermost: Scope;

  /** @param kind The kind of the source. Other code can assign to the variables of a script. */
  constructor(kind: SourceKind) {
    this.#outermost = new Scope(kind === "script");
  }

  /**
   * Returns an observer that records the declarations and assignments of a function's body, without
   * those of inner functions. It has recorded the parameters already.
   */
  notesOf({ params }: Node): Observer {
    const notes = new ScopeNotes(this, new Scope(false));
    for (const parameter of params) notes.visit(parameter);
    return notes;
  }

  /** Records the code outside of functions; to be called once all functions have been recorded. */
  addProgram(program: Node): void {
    new ScopeNotes(this, this.#outermost).visit(program);
  }

  /**
   * Returns the name by which a function reaches itself.
   *
   * @param node The function.
   * @param parent The node that it is a direct part of.
   * @param traits The traits of its body.
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
    // A direct `eval` can assign to any variable.
    if (this.#evals) return undefined;
    if (node.type === "FunctionDeclaration") return this.#keptName(node, node["id"]);
    if (parent.type !== "VariableDeclarator" || parent["init"] !== node) return undefined;
    return this.#keptName(parent, parent["id"]);
  }

  /** Returns the name that a declaration gives, if its value never changes. */
  #keptName(declaration: Node, id: Node | null): string | undefined {
    if (id?.type !== "Identifier") return undefined;
    const name: string = id["name"];
    if (this.#constants.has(declaration)) return name;
    const scope = this.#scopes.get(declaration);
    return scope !== undefined && !this.#assigned.has(name) && scope.givesOnce(name)
      ? name
      : undefined;
  }

  /** Records the declaration of a function. */
  declareFunction(node: Node, scope: Scope): void {
    this.#scopes.set(node, scope);
    if (node["id"]) scope.add(node["id"].name);
  }

  /** Records the declaration of a variable. */
  declare(
    declarator: Node,
    kind: string,
    { scope, inLoop }: { scope: Scope; inLoop: boolean },
  ): void {
    const { id, init } = declarator;
    // Only variables that hold a function are looked up.
    const isAsked = init && isFunction(init);
    if (kind === "const") {
      if (isAsked) this.#constants.add(declarator);
    } else if (kind === "let") {
      if (isAsked) this.#scopes.set(declarator, scope);
    } else if (init) {
      if (id.type === "Identifier") scope.add(id.name);
      else for (const name of boundNames(id)) scope.add(name);
      // A `var` in a loop is one variable, which gets another function in each round.
      if (isAsked && !inLoop) this.#scopes.set(declarator, scope);
    }
  }

  /** Records an assignment. */
  assign(target: Node): void {
    if (target.type === "Identifier") this.#assigned.add(target["name"]);
    else if (target.type === "VariableDeclaration") {
      // `let` and `const` make a new variable in each round; `var` assigns to the same one.
      if (target["kind"] === "var") declaredNames(target, this.#assigned);
    } else if (target.type !== "MemberExpression") boundNames(target, this.#assigned);
  }

  /** Records a direct call of `eval`. */
  addEval(): void {
    this.#evals = true;
  }
}

/** Records one function's code, without the functions in it. */
class ScopeNotes implements Observer {
  readonly #references: SelfReferences;
  readonly #scope: Scope;
  #inLoop = false;

  constructor(references: SelfReferences, scope: Scope) {
    this.#references = references;
    this.#scope = scope;
  }

  /** Records a node, and those below it. */
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

  /** Records a node; of a class, also its body. */
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

/** The declarations of one function. */
class Scope {
  readonly #isShared: boolean;
  /** Names that get a value from a function declaration or a `var`, once for each declaration. */
  #given: string[] = [];
  /**
   * The number of declarations of each name. Counted at the first question, since few scopes are
   * asked.
   */
  #counts: Map<string, number> | undefined;

  /** @param isShared Whether code outside of the source can assign to its variables. */
  constructor(isShared: boolean) {
    this.#isShared = isShared;
  }

  /** Records a declaration that gives a name a value. */
  add(name: string): void {
    this.#given.push(name);
  }

  /**
   * Whether a name that is declared here gets one value only; to be asked once all has been
   * recorded.
   */
  givesOnce(name: string): boolean {
    return !this.#isShared && !((this.#counts ??= countNames(this.#given)).get(name)! > 1);
  }
}

function countNames(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Whether a function's parameters or declarations hide an outer name at its first statement. */
function isHidden(name: string, node: Node, { hoisted, immediate }: FunctionTraits): boolean {
  // Inside a function named `arguments`, that name means its arguments.
  if (name === "arguments" || hoisted.has(name) || immediate.has(name)) return true;
  return (node["params"] as Node[]).some((parameter) => boundNames(parameter).has(name));
}
