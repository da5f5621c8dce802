import { bodyTraits, boundNames, type VarDeclaration } from "./body_traits.ts";
import type { Wrapped } from "./function_body.ts";
import type { MagicString } from "./libraries.js";
import { children, directives, isFunction, type Node, type SourceKind } from "./syntax_tree.ts";

/** How to wrap a module's body. */
export interface ModuleOptions {
  /** What kind of module it is. */
  kind: SourceKind;
  /** Whether its code is strict. */
  strict: boolean;
  /** Where the edits go. */
  edits: MagicString;
  /** Gives the body its number: the text `runtime.run(id,()=>`. */
  open: () => string;
}

/**
 * Hands a module's body to the runtime.
 *
 * A CommonJS module is the body of a function, and is wrapped as one. The declarations of an
 * ECMAScript module have to stay at its top: there, statement by statement and initialiser by
 * initialiser is wrapped, and of what awaits, the parts that do not.
 */
export function wrapModuleBody(program: Node, options: ModuleOptions): Wrapped {
  return options.kind === "module"
    ? new ModuleWrapper(options).wrap(program)
    : wrapCommonJs(program, options);
}

/** What CommonJS passes to a module. */
const PARAMETERS: readonly string[] = [
  "exports",
  "require",
  "module",
  "__filename",
  "__dirname",
  "arguments",
];

function wrapCommonJs(program: Node, { strict, edits, open }: ModuleOptions): Wrapped {
  const body: Node[] = program["body"];
  const { hoisted, evals } = bodyTraits(body);
  if (evals && !strict) return { reason: "calls eval in sloppy mode", close: () => {} };
  const again = PARAMETERS.find((name) => hoisted.has(name));
  if (again !== undefined) {
    return { reason: `declares its parameter ${again} again`, close: () => {} };
  }
  const prologue = directives(body);
  const [first, last] = [body[prologue.length], body.at(-1)];
  if (first === undefined || last === undefined) return { close: () => {} };
  edits.appendLeft(first.start, `${prologue.length > 0 ? ";" : ""}return ${open()}{`);
  return { close: () => void edits.appendLeft(last.end, "})") };
}

/** Statements that stay at a module's top, or run nothing that could be handed on. */
const DECLARATIONS = new Set([
  "ImportDeclaration",
  "ExportAllDeclaration",
  "FunctionDeclaration",
  "ClassDeclaration",
  "EmptyStatement",
]);

class ModuleWrapper {
  readonly #edits: MagicString;
  readonly #openBody: () => string;
  readonly #closers: (() => void)[] = [];
  #opening: string | undefined;

  constructor({ edits, open }: ModuleOptions) {
    this.#edits = edits;
    this.#openBody = open;
  }

  wrap(program: Node): Wrapped {
    for (const statement of program["body"]) this.#wrapStatement(statement, true);
    return { close: () => this.#closers.forEach((close) => close()) };
  }

  /** All parts of the body run under one number. */
  #open(): string {
    return this.#opening ??= this.#openBody();
  }

  /**
   * @param inList Whether declarations can be put in front of the statement.
   */
  #wrapStatement(node: Node, inList: boolean): void {
    if (DECLARATIONS.has(node.type) || node["directive"] !== undefined) return;
    switch (node.type) {
      case "ExportNamedDeclaration":
        if (node["declaration"]) this.#wrapStatement(node["declaration"], false);
        return;
      case "ExportDefaultDeclaration":
        return this.#wrapExpression(node["declaration"]);
      case "VariableDeclaration":
        return this.#wrapInitialisers(node);
      case "ExpressionStatement":
        if (!runsCode(node)) return;
    }
    const traits = bodyTraits([node]);
    const movable = !traits.suspends && !traits.leaves && (inList || traits.vars.length === 0);
    if (!movable) return this.#wrapParts(node);
    this.#edits.appendLeft(node.start, `${hoist(traits.vars)}${this.#open()}{`);
    for (const variable of traits.vars) this.#assign(variable);
    this.#closers.push(() => this.#edits.appendLeft(node.end, "});"));
  }

  /** A `var` inside a wrapped statement becomes an assignment to a variable declared in front. */
  #assign({ declaration, isLoopHead }: VarDeclaration): void {
    const end = declaration.start + "var".length;
    if (isLoopHead) return void this.#edits.remove(declaration.start, end);
    // Unlike a parenthesis, `void` cannot continue a line before that lacks its semicolon.
    this.#edits.overwrite(declaration.start, end, "void (");
    const last: Node = declaration["declarations"].at(-1);
    this.#closers.push(() => this.#edits.appendLeft(last.end, ")"));
  }

  /** Wraps what can be wrapped inside of a statement that cannot. */
  #wrapParts(node: Node): void {
    const inList = node.type === "BlockStatement" || node.type === "SwitchCase";
    for (const child of children(node)) {
      if (/Statement$|Declaration$/.test(child.type)) this.#wrapStatement(child, inList);
      else if (/^(SwitchCase|CatchClause)$/.test(child.type)) this.#wrapParts(child);
      else if (!/Pattern$/.test(child.type)) this.#wrapExpression(child);
    }
  }

  #wrapInitialisers(declaration: Node): void {
    for (const { init } of declaration["declarations"]) {
      if (init) this.#wrapExpression(init);
    }
  }

  #wrapExpression(node: Node): void {
    // A function or class would lose the name that its place gives it.
    if (isFunction(node) || node.type === "ClassExpression" || !runsCode(node)) return;
    if (!bodyTraits([node]).suspends) {
      this.#edits.appendLeft(node.start, `${this.#open()}(`);
      return void this.#closers.push(() => this.#edits.appendLeft(node.end, "))"));
    }
    for (const operand of operands(node)) this.#wrapExpression(operand);
  }
}

/** The declaration of the variables that a statement's `var` declares. */
function hoist(vars: readonly VarDeclaration[]): string {
  const names = new Set<string>();
  for (const { declaration } of vars) {
    for (const { id } of declaration["declarations"]) boundNames(id, names);
  }
  return names.size > 0 ? `var ${[...names].join()};` : "";
}

/** Whether an expression can take time: it calls something. */
function runsCode(node: Node): boolean {
  if (/^(Call|New|TaggedTemplate|Import)Expression$/.test(node.type)) return true;
  if (isFunction(node)) return false;
  for (const child of children(node)) if (runsCode(child)) return true;
  return false;
}

/** The operands of an expression that are values, and can be computed elsewhere. */
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

/** A method's callee is a reference; its object is a value. */
function* calleeOperands(callee: Node): Generator<Node> {
  if (callee.type === "MemberExpression") yield callee["object"];
  else if (callee.type === "AwaitExpression" || callee.type === "CallExpression") yield callee;
}
