import { Parser } from "./libraries.js";

/**
 * The kind of a source text: an ECMAScript module; a CommonJS module, which is a function's body;
 * or a script, whose declarations are global.
 */
export type SourceKind = "module" | "commonjs" | "script";

/** A node of the syntax tree, as ESTree has it; offsets are UTF-16 code units into the source. */
export interface Node {
  /** ESTree's name of the node's kind. */
  type: string;
  /** Where it starts. */
  start: number;
  /** Where it ends, exclusive. */
  end: number;
  // deno-lint-ignore no-explicit-any -- which fields there are depends on `type`
  [field: string]: any;
}

/**
 * Takes a function whose parameters and body have been parsed. Its type and its end are not set
 * yet.
 */
export type FunctionListener = (node: Node) => void;

/**
 * Parses a source text.
 *
 * @param source The text.
 * @param kind The kind of the text.
 * @param listener Is called with every function, inner ones first. It may drop parts of a body to
 * save memory: the tree of a large file is many times as large as its text.
 * @throws {SyntaxError} If it cannot be parsed as that kind; the runtime reports that better.
 */
export function parseSource(source: string, kind: SourceKind, listener?: FunctionListener): Node {
  const parser = new FunctionParser({
    ecmaVersion: "latest",
    sourceType: kind === "module" ? "module" : "script",
    allowHashBang: true,
    allowReturnOutsideFunction: kind === "commonjs",
    allowSuperOutsideMethod: false,
    checkPrivateFields: true,
    locations: false,
  }, source);
  parser.listener = listener;
  return parser.parse();
}

/** Calls a listener with each function. */
class FunctionParser extends Parser {
  listener: FunctionListener | undefined;

  override parseFunctionBody(node: Node, ...rest: unknown[]): void {
    super.parseFunctionBody(node, ...rest);
    this.listener?.(node);
  }
}

/** Visits nodes. */
export interface Visitor {
  /** Visits one. */
  visit(node: Node): void;
}

/**
 * Has the nodes directly below a node visited, in source order. The most frequent types have a case
 * of their own: enumerating the keys of all nodes is several times slower.
 */
export function visitChildren(node: Node, visitor: Visitor): void {
  switch (node.type) {
    case "CallExpression":
      visitor.visit(node["callee"]);
      return visitAll(node["arguments"], visitor);
    case "MemberExpression":
      visitor.visit(node["object"]);
      return visitor.visit(node["property"]);
    case "BlockStatement":
      return visitAll(node["body"], visitor);
    case "ExpressionStatement":
      return visitor.visit(node["expression"]);
    case "VariableDeclaration":
      return visitAll(node["declarations"], visitor);
    case "VariableDeclarator":
      visitor.visit(node["id"]);
      return visitOptional(node["init"], visitor);
    case "BinaryExpression":
    case "LogicalExpression":
    case "AssignmentExpression":
      visitor.visit(node["left"]);
      return visitor.visit(node["right"]);
    case "Property":
      visitor.visit(node["key"]);
      return visitor.visit(node["value"]);
    case "ReturnStatement":
    case "UnaryExpression":
      return visitOptional(node["argument"], visitor);
    case "IfStatement":
    case "ConditionalExpression":
      visitor.visit(node["test"]);
      visitor.visit(node["consequent"]);
      return visitOptional(node["alternate"], visitor);
    case "ObjectExpression":
      return visitAll(node["properties"], visitor);
  }
  for (const key in node) {
    const value = node[key];
    if (typeof value !== "object" || value === null) continue;
    if (typeof value.type === "string") visitor.visit(value);
    else if (Array.isArray(value)) visitAll(value, visitor);
  }
}

function visitAll(values: readonly unknown[], visitor: Visitor): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (isNode(value)) visitor.visit(value);
  }
}

function visitOptional(node: Node | null, visitor: Visitor): void {
  if (node !== null) visitor.visit(node);
}

/** The nodes directly below a node, in source order. */
export function children(node: Node): Node[] {
  const found: Node[] = [];
  visitChildren(node, { visit: (child) => void found.push(child) });
  return found;
}

/** Whether a node is a function of any kind; static blocks and field initialisers are none. */
export function isFunction(node: Node): boolean {
  return node.type === "FunctionDeclaration" || node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression";
}

/** Whether a node is a class of either kind. */
export function isClass(node: Node): boolean {
  return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}

/** The directives a body starts with, such as `"use strict"`. */
export function directives(body: Node[]): Node[] {
  const end = body.findIndex(({ directive }) => directive === undefined);
  return end < 0 ? body : body.slice(0, end);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}
