import { boundNames, declaredNames, hoistedNames } from "./body_traits.ts";
import type { BodyTraits } from "./body_traits.ts";
import { children, isFunction, type Node, type SourceKind } from "./syntax_tree.ts";

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

  /**
   * @param program The module.
   * @param kind What it is; to what a script declares, others can assign.
   */
  constructor(program: Node, kind: SourceKind) {
    this.#collect(program, newScope(kind === "script"));
  }

  /**
   * The name by which a function reaches itself.
   *
   * @param node The function.
   * @param parent What it is a direct part of.
   * @param traits What its body holds.
   * @returns `undefined` where there is none.
   */
  nameOf(node: Node, parent: Node, traits: BodyTraits): string | undefined {
    const name = this.#givenName(node, parent);
    return name === undefined || isHidden(name, node, traits) ? undefined : name;
  }

  /** Whether a class's own name is the class at the first statement of one of its methods. */
  static reachesClass(name: string, method: Node, traits: BodyTraits): boolean {
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
    return scope !== undefined && !scope.isShared && !scope.repeated.has(name) &&
        !this.#assigned.has(name)
      ? name
      : undefined;
  }

  #collect(node: Node, scope: Scope): void {
    switch (node.type) {
      case "AssignmentExpression":
        this.#assign(node["left"]);
        break;
      case "UpdateExpression":
        this.#assign(node["argument"]);
        break;
      case "ForInStatement":
      case "ForOfStatement":
        this.#assign(node["left"]);
        break;
      case "VariableDeclaration":
        for (const declarator of node["declarations"]) {
          this.#declare(declarator, node["kind"], scope);
        }
        break;
      case "CallExpression":
        if (node["callee"].type === "Identifier" && node["callee"].name === "eval") {
          this.#evals = true;
        }
        break;
      case "FunctionDeclaration":
        this.#scopes.set(node, scope);
        if (node["id"]) addName(node["id"].name, scope);
        break;
    }
    const inner = isFunction(node)
      ? newScope(false)
      : LOOP.test(node.type)
      ? { ...scope, inLoop: true }
      : scope;
    for (const child of children(node)) this.#collect(child, inner);
  }

  #declare(declarator: Node, kind: string, scope: Scope): void {
    if (kind === "const") this.#constants.add(declarator);
    else if (kind === "let") this.#scopes.set(declarator, scope);
    else if (declarator["init"]) {
      for (const name of boundNames(declarator["id"])) addName(name, scope);
      // One variable for all rounds of a loop has one value after the other.
      if (!scope.inLoop) this.#scopes.set(declarator, scope);
    }
  }

  #assign(target: Node): void {
    if (target.type === "VariableDeclaration") {
      // Each round has a new variable, but under `var`.
      if (target["kind"] === "var") declaredNames(target, this.#assigned);
    } else if (target.type !== "MemberExpression") boundNames(target, this.#assigned);
  }
}

/** What is declared in a function. */
interface Scope {
  /** Names that are given a value by a declaration of a function or a `var`. */
  declared: Set<string>;
  /** Those that are by more than one. */
  repeated: Set<string>;
  /** Whether the code is inside a loop of the function. */
  inLoop: boolean;
  /** Whether other code has its variables too. */
  isShared: boolean;
}

function newScope(isShared: boolean): Scope {
  return { declared: new Set(), repeated: new Set(), inLoop: false, isShared };
}

const LOOP = /^(For|While|DoWhile)/;

function addName(name: string, { declared, repeated }: Scope): void {
  if (declared.has(name)) repeated.add(name);
  declared.add(name);
}

/** Whether a name is something else at the first statement of a function. */
function isHidden(name: string, node: Node, traits: BodyTraits): boolean {
  // In a function of this name, it is the arguments.
  if (name === "arguments") return true;
  const names = hoistedNames(traits);
  for (const parameter of node["params"]) boundNames(parameter, names);
  return names.has(name) || replacesAtStart(name, node);
}

/**
 * Whether a function's body has something of its own under a name from its first statement on: a
 * function, or a constant, variable or class that is not there yet.
 */
export function replacesAtStart(name: string, { expression, body }: Node): boolean {
  return !expression &&
    (body.body as Node[]).some(({ type, kind, declarations, id }) =>
      type === "VariableDeclaration"
        ? kind !== "var" && declarations.some(({ id }: Node) => boundNames(id).has(name))
        : (type === "ClassDeclaration" || type === "FunctionDeclaration") && id.name === name
    );
}
