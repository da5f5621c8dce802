import { parse } from "./libraries.js";

/**
 * What a source text is: an ECMAScript module, a CommonJS module, which is a function's body, or a
 * script, whose declarations are the realm's.
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
 * Parses a source text.
 *
 * @throws {SyntaxError} If it is not a program of its kind; the runtime says so better.
 */
export function parseSource(source: string, kind: SourceKind): Node {
  return parse(source, {
    ecmaVersion: "latest",
    sourceType: kind === "module" ? "module" : "script",
    allowHashBang: true,
    allowReturnOutsideFunction: kind === "commonjs",
    allowSuperOutsideMethod: false,
    checkPrivateFields: true,
    locations: false,
  });
}

/** The nodes directly below a node, in source order. */
export function children(node: Node): Node[] {
  const found: Node[] = [];
  for (const key in node) {
    const value = node[key];
    if (typeof value !== "object" || value === null) continue;
    if (typeof value.type === "string") found.push(value);
    else if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) found.push(item);
    }
  }
  return found;
}

/** Functions of every kind, static blocks and field initialisers excepted. */
export function isFunction(node: Node): boolean {
  return node.type === "FunctionDeclaration" || node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression";
}

/** Classes of both kinds. */
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
