import { boundNames, hoistedNames } from "./body_traits.ts";
import type { BodyTraits } from "./body_traits.ts";
import { children, isFunction, type Node } from "./syntax_tree.ts";

/**
 * By which names functions can reach themselves: those that are given once, and are no other's
 * between the place where they are given and the function's first statement.
 */
export class SelfReferences {
  /** Names that are assigned to somewhere. */
  readonly #assigned = new Set<string>();
  /** Names of functions and variables that are declared twice in one function, as `scope name`. */
  readonly #repeated = new Set<string>();
  /** In which scope each function is declared. */
  readonly #scopes = new Map<Node, number>();
  #evals = false;
  #lastScope = 0;

  /** @param program The module. */
  constructor(program: Node) {
    this.#collect(program, { scope: 0, declared: new Set() });
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
    if (this.#evals) return undefined;
    if (node.type === "FunctionDeclaration") {
      const name: string | undefined = node["id"]?.name;
      const isSure = name !== undefined && !this.#assigned.has(name) &&
        !this.#repeated.has(`${this.#scopes.get(node)} ${name}`);
      return isSure ? name : undefined;
    }
    if (parent.type !== "VariableDeclarator" || parent["init"] !== node) return undefined;
    const name: string | undefined = parent["id"].name;
    return name !== undefined && this.#constants.has(parent) ? name : undefined;
  }

  readonly #constants = new Set<Node>();

  #collect(node: Node, around: { scope: number; declared: Set<string> }): void {
    switch (node.type) {
      case "AssignmentExpression":
        this.#assign(node["left"]);
        break;
      case "UpdateExpression":
        this.#assign(node["argument"]);
        break;
      case "ForInStatement":
      case "ForOfStatement":
        if (node["left"].type !== "VariableDeclaration") this.#assign(node["left"]);
        else this.#declare(node["left"], around, true);
        break;
      case "VariableDeclaration":
        this.#declare(node, around, false);
        break;
      case "CallExpression":
        if (node["callee"].type === "Identifier" && node["callee"].name === "eval") {
          this.#evals = true;
        }
        break;
      case "FunctionDeclaration":
        if (node["id"]) this.#addName(node["id"].name, around);
        this.#scopes.set(node, around.scope);
        break;
    }
    const inner = isFunction(node)
      ? { scope: ++this.#lastScope, declared: new Set<string>() }
      : around;
    for (const child of children(node)) this.#collect(child, inner);
  }

  #declare(
    node: Node,
    around: { scope: number; declared: Set<string> },
    assigns: boolean,
  ): void {
    if (node["kind"] === "var") {
      for (const { id, init } of node["declarations"]) {
        if (init || assigns) { for (const name of boundNames(id)) this.#addName(name, around); }
      }
    } else if (node["kind"] === "const") {
      for (const declarator of node["declarations"]) this.#constants.add(declarator);
    }
  }

  #addName(name: string, { scope, declared }: { scope: number; declared: Set<string> }): void {
    if (declared.has(name)) this.#repeated.add(`${scope} ${name}`);
    declared.add(name);
  }

  #assign(target: Node): void {
    if (target.type !== "MemberExpression") boundNames(target, this.#assigned);
  }
}

/** Whether a name is something else at the first statement of a function. */
function isHidden(name: string, node: Node, traits: BodyTraits): boolean {
  const names = hoistedNames(traits);
  for (const parameter of node["params"]) boundNames(parameter, names);
  if (names.has(name)) return true;
  if (node["expression"]) return false;
  return (node["body"].body as Node[]).some((statement) =>
    (statement.type === "VariableDeclaration" &&
      statement["declarations"].some(({ id }: Node) => boundNames(id).has(name))) ||
    (statement.type === "ClassDeclaration" && statement["id"]?.name === name)
  );
}
