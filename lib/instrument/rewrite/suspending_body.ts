import {
  type BodyTraits,
  bodyTraits,
  declaredNames,
  type VarDeclaration,
} from "../traits/body_traits.ts";
import type { Edits } from "../positions/edits.ts";
import type { Locals } from "./locals.ts";
import { type Owner, type PassedNames, passedTexts, passNothing, passOwn } from "./passed_names.ts";
import { children, isClass, isFunction, type Node } from "../../source/syntax_tree.ts";
import type { Calls } from "./wrapped.ts";

/** Statements that must stay where they are, or that run no code. */
const DECLARATIONS = new Set([
  "ImportDeclaration",
  "ExportAllDeclaration",
  "FunctionDeclaration",
  "ClassDeclaration",
  "EmptyStatement",
]);

/** Parts of an expression that are no expressions themselves. */
const PARTS = new Set(["Property", "SpreadElement"]);

/** Options of {@linkcode SuspendingBody}. */
export interface SuspendingBodyOptions {
  edits: Edits;
  /** Gives the function its number; asked for where there is a piece. */
  calls: () => Calls;
  /** Whether the code is strict. */
  strict: boolean;
  /** The variables at the start of the code; `undefined` where pieces may have all from outside. */
  locals: Locals | undefined;
  /** The owner of `this` and `arguments` in the code. */
  owner: Owner;
}

/**
 * Has the runtime run a body piece by piece, where the body cannot become one function: it
 * awaits or yields, or its declarations have to stay in their scope. Expressions that suspend stay
 * in place, and the order of execution does not change. The pieces between them become functions,
 * which run in the function's trampoline. The bodies of modules and classes are wrapped
 * in this way too.
 *
 *     const a = await f(g());               const a = await $.pieceOf(1)(function $p(){return(f(g()))});
 *     for (const x of a) h(x);              $.pieceOf(1)(function $p(){for (const x of a) h(x);});
 *     if (a) { yield a; h(a); }             if (a) { yield a; $.pieceOf(1)(function $p(){h(a);}); }
 *
 * If the code makes functions, each piece gets its variables as arguments (`PieceOptions`), except for
 * those that these functions use too. If one cannot be passed, the parts of the piece become pieces.
 */
export class SuspendingBody {
  readonly #edits: Edits;
  readonly #calls: () => Calls;
  readonly #strict: boolean;
  readonly #locals: Locals | undefined;
  readonly #owner: Owner;
  /** The number of `try` statements around. A piece that throws loses its assignments, and they would see that. */
  #tries = 0;
  readonly #closers: (() => void)[] = [];

  /** @param options Where the pieces go, and under which number. */
  constructor({ edits, calls, strict, locals, owner }: SuspendingBodyOptions) {
    this.#edits = edits;
    this.#calls = calls;
    this.#strict = strict;
    this.#locals = locals;
    this.#owner = owner;
  }

  /** Wraps the pieces of a list of statements. */
  wrapList(statements: readonly Node[]): void {
    for (const statement of statements) this.#wrapStatement(statement, true);
  }

  /** Wraps an expression, or those of its operands that can be wrapped. */
  wrapExpression(node: Node): void {
    // A function or class would lose the name that its place gives it.
    if (isFunction(node) || isClass(node) || !runsCode(node)) return;
    if (!PARTS.has(node.type)) {
      const traits = bodyTraits([node]);
      const passed = traits.suspends ? undefined : this.#passTo(traits, node.start);
      if (passed !== undefined && passed.results.length === 0) {
        const { start, end } = this.#texts(passed, false);
        this.#edits.insert(node.start, start);
        return void this.#closers.push(() => this.#edits.append(node.end, end));
      }
    }
    for (const operand of operands(node)) this.wrapExpression(operand);
  }

  /** Decides what a piece gets and gives back; `undefined` if something cannot be passed. */
  #passTo(traits: BodyTraits, start: number): PassedNames | undefined {
    const locals = this.#locals;
    if (locals === undefined) return passNothing(traits, this.#owner);
    const names: string[] = [];
    const results: string[] = [];
    for (const name of traits.mentioned) {
      const local = locals.find(name);
      if (local === undefined || local.isShared) continue;
      if (start < local.ready) return undefined;
      names.push(name);
      if (!traits.assigned.has(name)) continue;
      if (local.isConstant || this.#tries > 0) return undefined;
      results.push(name);
    }
    const ownsArguments = this.#owner.ownsArguments && locals.find("arguments") === undefined;
    const own = passOwn(traits, { ...this.#owner, ownsArguments });
    return own && { names, results, ...own };
  }

  /** The texts around a piece; renames what it gets by another name. */
  #texts(passed: PassedNames, isBlock: boolean): { start: string; end: string } {
    return passedTexts(passed, { calls: this.#calls(), isBlock, edits: this.#edits });
  }

  /** Writes what stands behind the pieces; to be called once all inside has been edited. */
  close(): void {
    for (const close of this.#closers) close();
  }

  /** @param inList Whether declarations can be put in front of the statement. */
  #wrapStatement(node: Node, inList: boolean): void {
    if (DECLARATIONS.has(node.type) || node["directive"] !== undefined) return;
    switch (node.type) {
      case "ExportNamedDeclaration":
        if (node["declaration"]) this.#wrapStatement(node["declaration"], false);
        return;
      case "ExportDefaultDeclaration":
        return this.wrapExpression(node["declaration"]);
      case "VariableDeclaration":
        return this.#wrapInitialisers(node);
      case "ExpressionStatement":
        if (!runsCode(node)) return;
    }
    this.#wrapRange(node, node.start, node.end, inList);
  }

  /**
   * Wraps a statement, or the inside of a block, from one offset to another. If it cannot move,
   * wraps its parts.
   */
  #wrapRange(node: Node, start: number, end: number, inList: boolean): void {
    const traits = bodyTraits([node]);
    const { vars, functions, suspends, leaves } = traits;
    const isMovable = !suspends && !leaves && (inList || vars.length === 0) &&
      vars.every(({ isFixed }) => !isFixed) && (this.#strict || functions.length === 0);
    const passed = isMovable ? this.#passTo(traits, start) : undefined;
    // The parenthesis of a piece would continue a line before that lacks its semicolon.
    const separator = inList && start === node.start ? ";" : "";
    if (passed === undefined) {
      if (node.type === "ExpressionStatement") this.#edits.insert(start, separator);
      return this.#wrapParts(node);
    }
    const texts = this.#texts(passed, true);
    this.#edits.insert(start, `${hoist(vars) || separator}${texts.start}`);
    for (const variable of vars) this.#assign(variable);
    this.#closers.push(() => this.#edits.append(end, `${texts.end};`));
  }

  /** A `var` inside a wrapped statement becomes an assignment to a variable declared in front. */
  #assign({ declaration, isLoopHead }: VarDeclaration): void {
    const end = declaration.start + "var".length;
    if (isLoopHead) return this.#edits.replace(declaration.start, end, "");
    // `void`, unlike a parenthesis, cannot continue a line before it that lacks its semicolon.
    this.#edits.replace(declaration.start, end, "void (");
    const last: Node = declaration["declarations"].at(-1);
    this.#closers.push(() => this.#edits.append(last.end, ")"));
  }

  /** Wraps the parts of a statement that cannot be wrapped as a whole. */
  #wrapParts(node: Node): void {
    if (node.type === "TryStatement") this.#tries++;
    if (this.#locals === undefined) this.#wrapChildren(node);
    else this.#locals.within(node, () => this.#wrapChildren(node));
    if (node.type === "TryStatement") this.#tries--;
  }

  #wrapChildren(node: Node): void {
    // Inside `with`, an object would be asked for the runtime's name.
    if (node.type === "WithStatement") return;
    // V8 crashes (Node 24) if the initialiser throws and a function captures the loop's variables.
    if (node.type === "ForStatement" && node["init"]?.kind === "await using") return;
    const inList = node.type === "BlockStatement" || node.type === "SwitchCase";
    const ofBlocks = node.type === "TryStatement" || node.type === "CatchClause";
    const target = /^For(In|Of)Statement$/.test(node.type) ? node["left"] : undefined;
    for (const child of children(node)) {
      if (child === target) continue;
      if (ofBlocks && child.type === "BlockStatement") {
        if (child["body"].length > 0) this.#wrapRange(child, child.start + 1, child.end - 1, true);
      } else if (/Statement$|Declaration$/.test(child.type)) this.#wrapStatement(child, inList);
      else if (/^(SwitchCase|CatchClause)$/.test(child.type)) this.#wrapParts(child);
      else if (!/Pattern$/.test(child.type)) this.wrapExpression(child);
    }
  }

  #wrapInitialisers(declaration: Node): void {
    for (const { init } of declaration["declarations"]) {
      if (init) this.wrapExpression(init);
    }
  }
}

/**
 * Returns one declaration for all variables that a statement declares with `var`; or an empty text.
 */
function hoist(vars: readonly VarDeclaration[]): string {
  const names = new Set<string>();
  for (const { declaration } of vars) declaredNames(declaration, names);
  return names.size > 0 ? `var ${[...names].join()};` : "";
}

/** Whether an expression calls something. Any other takes too little time to be a piece. */
function runsCode(node: Node): boolean {
  if (/^(Call|New|TaggedTemplate|Import)Expression$/.test(node.type)) return true;
  if (isFunction(node)) return false;
  for (const child of children(node)) if (runsCode(child)) return true;
  return false;
}

/**
 * The operands of an expression that are plain values, so that an arrow function can compute them.
 */
function* operands(node: Node): Generator<Node> {
  switch (node.type) {
    case "ChainExpression":
      return; // `?.` skips all that follows it
    case "CallExpression":
    case "NewExpression":
      yield* calleeOperands(node["callee"]);
      return yield* node["arguments"];
    case "TaggedTemplateExpression":
      yield* calleeOperands(node["tag"]);
      return yield* node["quasi"].expressions;
    case "AssignmentExpression":
      return yield node["right"];
    case "UnaryExpression":
      if (node["operator"] !== "delete") yield node["argument"];
      return;
    case "Property":
      if (node["computed"]) yield node["key"];
      return yield node["value"];
    case "UpdateExpression":
      return;
    default:
      yield* children(node);
  }
}

/**
 * Callees that must stay as they are: as a mere value, `(a?.b)()` would lose its `this`, the object
 * `a`.
 */
const REFERENCES = new Set(["Identifier", "Super", "ChainExpression"]);

/** The part of a callee that is a plain value: of a method call, the object. */
function* calleeOperands(callee: Node): Generator<Node> {
  if (callee.type === "MemberExpression") {
    if (callee["object"].type !== "Super") yield callee["object"];
  } else if (!REFERENCES.has(callee.type)) yield callee;
}
