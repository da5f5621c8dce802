import {
  type BodyTraits,
  boundNames,
  declaredNames,
  EVERY_NAME,
  hoistedNames,
} from "../traits/body_traits.ts";
import type { FunctionTraits } from "../traits/function_traits.ts";
import type { Node } from "../../source/syntax_tree.ts";

/** A variable of a function whose body goes in pieces. */
export interface Local {
  /**
   * Whether code beside the pieces can use the variable: a closure, another module, or `arguments`. A
   * copy could differ from it, so a piece uses the variable itself.
   */
  isShared: boolean;
  /** It cannot be assigned to. */
  isConstant: boolean;
  /** The offset from which on it has a value. */
  ready: number;
}

const SHARED: Local = { isShared: true, isConstant: false, ready: 0 };

/** The variables of a function, or of a module's body, at the place that is being looked at. */
export class Locals {
  readonly #captured: ReadonlySet<string>;
  /** The innermost scope comes last. */
  readonly #scopes: Map<string, Local>[] = [];

  /** @param captured The names that functions inside have from outside. */
  constructor(captured: ReadonlySet<string>) {
    this.#captured = captured;
  }

  /**
   * The variables of a function outside of its blocks.
   *
   * @param strict Whether its code is strict: else `arguments` is another way to its parameters.
   */
  static ofFunction(node: Node, traits: FunctionTraits, strict: boolean): Locals {
    const locals = new Locals(traits.captured);
    const scope = locals.#enter();
    const isMapped = !strict && traits.mentionsArguments;
    for (const parameter of node["params"]) {
      for (const name of boundNames(parameter)) {
        locals.#declare(scope, name, isMapped ? SHARED : undefined);
      }
    }
    for (const name of traits.hoisted) {
      if (!scope.has(name)) locals.#declare(scope, name);
    }
    if (!node["expression"]) locals.#declareStatements(scope, node["body"].body);
    return locals;
  }

  /**
   * The variables of code that is the whole of its scope.
   *
   * @param shared Names that other code has too.
   */
  static ofCode(
    statements: readonly Node[],
    traits: BodyTraits,
    shared: readonly string[] = [],
  ): Locals {
    const locals = new Locals(traits.captured);
    const scope = locals.#enter();
    for (const name of hoistedNames(traits)) locals.#declare(scope, name);
    for (const name of traits.functions) scope.set(name, SHARED);
    locals.#declareStatements(scope, statements);
    for (const name of shared) scope.set(name, SHARED);
    return locals;
  }

  /** The variable that a name means here; `undefined` where it is none of the function's. */
  find(name: string): Local | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const local = this.#scopes[i]!.get(name);
      if (local !== undefined) return local;
    }
    return undefined;
  }

  /** Calls a function inside the scope that a statement, or a part of one, makes. */
  within(node: Node, body: () => void): void {
    const scope = this.#enter();
    switch (node.type) {
      case "BlockStatement":
        this.#declareStatements(scope, node["body"]);
        break;
      case "SwitchStatement":
        // A case can be entered without those before it.
        for (const { consequent } of node["cases"]) {
          this.#declareStatements(scope, consequent, Infinity);
        }
        break;
      case "SwitchCase":
        this.#declareStatements(scope, node["consequent"]);
        break;
      case "ForStatement":
        if (node["init"] !== null) this.#declareStatements(scope, [node["init"]]);
        break;
      case "ForInStatement":
      case "ForOfStatement":
        this.#declareStatements(scope, [node["left"]], node["body"].start);
        break;
      case "CatchClause":
        for (const name of boundNames(node["param"])) {
          this.#declare(scope, name, { ready: node["body"].start });
        }
    }
    body();
    this.#scopes.pop();
  }

  #enter(): Map<string, Local> {
    const scope = new Map<string, Local>();
    this.#scopes.push(scope);
    return scope;
  }

  /** @param ready From where on they have values; from their own ends if it is left out. */
  #declareStatements(
    scope: Map<string, Local>,
    statements: readonly Node[],
    ready?: number,
  ): void {
    for (const node of statements) {
      if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") {
        scope.set(node["id"].name, SHARED);
      } else if (node.type === "VariableDeclaration" && node["kind"] !== "var") {
        const isConstant = node["kind"] !== "let";
        for (const declarator of node["declarations"]) {
          for (const name of boundNames(declarator.id)) {
            this.#declare(scope, name, { isConstant, ready: ready ?? declarator.end });
          }
        }
      }
    }
    for (const node of statements) {
      if (/^Export/.test(node.type)) this.#shareExported(scope, node);
    }
  }

  /**
   * Marks exported variables as shared: other modules can read them at any time, so a piece must use the
   * variable and not a copy.
   */
  #shareExported(scope: Map<string, Local>, { declaration, specifiers }: Node): void {
    if (declaration?.id) scope.set(declaration.id.name, SHARED);
    else if (declaration?.type === "VariableDeclaration") {
      for (const name of declaredNames(declaration)) scope.set(name, SHARED);
    }
    for (const { local } of specifiers ?? []) scope.set(local.name, SHARED);
  }

  #declare(scope: Map<string, Local>, name: string, local: Partial<Local> = {}): void {
    const isShared = this.#captured.has(name) || this.#captured.has(EVERY_NAME);
    scope.set(name, { isShared, isConstant: false, ready: 0, ...local });
  }
}
