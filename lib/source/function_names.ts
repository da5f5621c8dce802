import { memberName, nameFromParent, qualifiedName } from "./function_name.ts";
import {
  isClass,
  isFunction,
  type Node,
  parseSource,
  type SourceKind,
  visitChildren,
} from "./syntax_tree.ts";

/** The name of a function that has none. */
export const ANONYMOUS = "<anonymous>";

/** The name of a function within the one around it; empty where it has none. */
export function ownName(node: Node, parent: Node, source: string): string {
  if (parent.type === "MethodDefinition" && parent["kind"] === "constructor") return "constructor";
  if (isMember(parent, node)) return memberName(parent, source);
  return node["id"]?.name ?? nameFromParent(parent, node, source);
}

/** The name of a class within the function around it. */
export function className(node: Node, parent: Node, source: string): string {
  return node["id"]?.name || nameFromParent(parent, node, source) || ANONYMOUS;
}

/**
 * Whether a function is a method, getter, setter or constructor, which starts where its key does.
 */
export function isMember(parent: Node, node: Node): boolean {
  return parent["value"] === node &&
    (parent.type === "MethodDefinition" ||
      (parent.type === "Property" && (parent["method"] || parent["kind"] !== "init")));
}

/** A function in a source text; offsets are UTF-16 code units. */
export interface NamedFunction {
  /** Qualified name. */
  name: string;
  /** Start of the function; of a member, the start of its key. */
  offset: number;
  /** End of the function. @default {it is none of the text's, or no longer known} */
  end?: number;
}

/** The functions of a source text, by the offset that V8 reports as their start. */
export interface FunctionNames {
  /**
   * Functions, by the start of their parameters; classes' implicit constructors by the start of the
   * class.
   */
  functions: Map<number, NamedFunction>;
  /**
   * Initialisers of fields and static blocks, by the offset that V8 reports as their start: that of
   * a member (V8 13 and later), of the class's brace (V8 12, the same for both) or of the class (V8
   * 11).
   */
  initializers: { instance: Map<number, NamedFunction>; static: Map<number, NamedFunction> };
}

/**
 * Names all functions of a source text by the rule of the trampolines: `outer.inner`,
 * `Class.method`, `Class.get x`. Each function's body is searched and dropped as soon as it has
 * been parsed, so the tree is never larger than the largest function.
 *
 * @param source The text, without an inline source map.
 * @param kind The kind of the text.
 * @throws {SyntaxError} If it cannot be parsed as that kind.
 */
export function functionNames(source: string, kind: SourceKind): FunctionNames {
  const search = new NameSearch(source);
  search.nameAll(parseSource(source, kind, (node) => search.takeBody(node)));
  return search.names;
}

/** A function or part of a class, named within what is around it. */
interface Found {
  kind: "function" | "instance" | "static";
  /** Names of the objects and classes around it, from the outside in, and its own. */
  path: readonly string[];
  /** The keys under which V8 knows it. */
  keys: readonly number[];
  offset: number;
  end?: number;
  /** Functions in it. */
  inner: readonly Found[];
}

const NONE: readonly Found[] = [];

class NameSearch {
  readonly names: FunctionNames = {
    functions: new Map(),
    initializers: { instance: new Map(), static: new Map() },
  };
  readonly #source: string;
  /** Functions found in bodies that have been dropped, by the node of the function around them. */
  readonly #bodies = new WeakMap<Node, readonly Found[]>();
  #found: Found[] = [];
  #path: readonly string[] = [];
  #parent: Node = { type: "", start: 0, end: 0 };

  constructor(source: string) {
    this.#source = source;
  }

  /** Searches the body of a function that has just been parsed, and drops it. */
  takeBody(node: Node): void {
    const found = this.#search(node["body"], node);
    if (found.length > 0) this.#bodies.set(node, found);
    node["body"] = {
      type: "BlockStatement",
      body: [],
      start: node["body"].start,
      end: node["body"].end,
    };
  }

  nameAll(program: Node): void {
    this.#name(this.#search(program, this.#parent), "");
  }

  #name(list: readonly Found[], path: string): void {
    for (const { kind, path: names, keys, offset, end, inner } of list) {
      let around = path;
      for (const name of names.slice(0, -1)) around = `${qualifiedName(around, name)}.`;
      const name = qualifiedName(around, names.at(-1)!);
      const named = { name, offset, end };
      const map = kind === "function" ? this.names.functions : this.names.initializers[kind];
      for (const key of keys) if (!map.has(key)) map.set(key, named);
      this.#name(inner, `${name}.`);
    }
  }

  #search(node: Node, parent: Node): Found[] {
    const before = { found: this.#found, path: this.#path, parent: this.#parent };
    [this.#found, this.#path, this.#parent] = [[], [], parent];
    this.visit(node);
    const { found } = { found: this.#found };
    [this.#found, this.#path, this.#parent] = [before.found, before.path, before.parent];
    return found;
  }

  visit(node: Node): void {
    if (isFunction(node)) return this.#visitFunction(node);
    if (isClass(node)) return this.#visitClass(node);
    const name = node.type === "ObjectExpression"
      ? nameFromParent(this.#parent, node, this.#source)
      : "";
    this.#visitChildren(node, name === "" ? this.#path : [...this.#path, name]);
  }

  #visitChildren(node: Node, path: readonly string[]): void {
    const [parent, outside] = [this.#parent, this.#path];
    [this.#parent, this.#path] = [node, path];
    visitChildren(node, this);
    [this.#parent, this.#path] = [parent, outside];
  }

  #visitFunction(node: Node): void {
    const parent = this.#parent;
    const path = [...this.#path, ownName(node, parent, this.#source) || ANONYMOUS];
    const offset = isMember(parent, node) ? parent.start : node.start;
    // The parameters are still in the tree, and functions may stand in them.
    const outside = this.#found;
    this.#found = [];
    this.#visitChildren(node, []);
    const inner = [...this.#found, ...this.#bodies.get(node) ?? NONE];
    this.#found = outside;
    const keys = this.#startsOf(node);
    this.#found.push({ kind: "function", path, keys, offset, end: node.end, inner });
  }

  #visitClass(node: Node): void {
    const path = [...this.#path, className(node, this.#parent, this.#source)];
    const members: Node[] = node["body"].body;
    if (!members.some(({ kind }) => kind === "constructor")) {
      this.#add("function", [...path, "constructor"], [node.start], node.start);
    }
    const parts = { instance: "<instance_members_initializer>", static: "<static_initializer>" };
    for (const kind of ["instance", "static"] as const) {
      const fields = members.filter((member) =>
        (member.type === "StaticBlock" || member.type === "PropertyDefinition") &&
        (member.type === "StaticBlock" || member["static"] ? "static" : "instance") === kind
      );
      const [first] = fields;
      if (first === undefined) continue;
      const { start } = fields.find(({ type, value }) => type === "StaticBlock" || value) ?? first;
      const starts = [...fields.map((field) => field.start), node["body"].start, node.start];
      this.#add(kind, [...path, parts[kind]], starts, start);
    }
    this.#visitChildren(node, path);
  }

  #add(kind: Found["kind"], path: string[], keys: number[], offset: number): void {
    this.#found.push({ kind, path, keys, offset, inner: NONE });
  }

  /**
   * Returns the offsets that V8 may report as a function's start: that of its parenthesis; for an
   * arrow function without one that of its parameter; and for any arrow function its own start.
   */
  #startsOf(node: Node): number[] {
    const parenthesis = this.#parenthesisFrom(node["id"]?.end ?? node.start);
    if (node.type !== "ArrowFunctionExpression") return [parenthesis];
    const first: Node | undefined = node["params"][0];
    if (first !== undefined && (first.start < parenthesis || parenthesis < 0)) {
      return [first.start, node.start];
    }
    return [parenthesis, node.start];
  }

  /**
   * Returns the offset of the next opening parenthesis outside of comments; -1 where there is none.
   */
  #parenthesisFrom(start: number): number {
    const source = this.#source;
    for (let at = start; at < source.length; at++) {
      const char = source[at];
      if (char === "(") return at;
      if (char !== "/") continue;
      const end = source[at + 1] === "*" ? "*/" : source[at + 1] === "/" ? "\n" : undefined;
      if (end === undefined) continue;
      const found = source.indexOf(end, at + 2);
      if (found < 0) return -1;
      at = found + end.length - 1;
    }
    return -1;
  }
}
