import { memberName, nameFromParent } from "../instrument/function_name.ts";
import { LineStarts } from "../instrument/line_starts.ts";
import { LineFinder, splitInlineMap } from "../instrument/source_positions.ts";
import {
  children,
  isClass,
  isFunction,
  type Node,
  parseSource,
  type SourceKind,
} from "../instrument/syntax_tree.ts";

/** A function, as its author wrote it. */
export interface NamedFunction {
  /** Qualified name, as trampolines have it. */
  name: string;
  /** Line in the original source, counted from 1. */
  line: number;
}

/** What a module's JavaScript says of positions in it. */
export interface ModulePositions {
  /** The function that begins at a position of the JavaScript, where V8 says it does. */
  functionAt(line: number, column: number): NamedFunction | undefined;
  /** The line in the original source of a position in the JavaScript; all count from 1. */
  lineAt(line: number, column: number): number;
}

/**
 * Finds the functions of a module by the positions that V8 gives them: where their parameters begin.
 *
 * @param text The JavaScript, with or without an inline source map.
 * @param kind What kind of source it is.
 */
export function modulePositions(text: string, kind: SourceKind): ModulePositions {
  const { source, map } = splitInlineMap(text);
  const starts = new LineStarts(source);
  const lines = new LineFinder(starts, map);
  const functions = new Map<number, NamedFunction>();
  try {
    visitChildren(parseSource(source, kind), "", { source, lines, functions });
  } catch (error) {
    // V8's own names will do.
    if (!(error instanceof SyntaxError)) throw error;
  }
  const offsetOf = (line: number, column: number) => (starts.offsets[line - 1] ?? 0) + column - 1;
  return {
    functionAt: (line, column) => functions.get(offsetOf(line, column)),
    lineAt: (line, column) => lines.lineAt(offsetOf(line, column)),
  };
}

interface Search {
  source: string;
  lines: LineFinder;
  functions: Map<number, NamedFunction>;
}

function visit(node: Node, parent: Node, { path, search }: { path: string; search: Search }): void {
  if (isFunction(node)) {
    const isMember = parent["value"] === node && parent.type === "MethodDefinition" ||
      parent.type === "Property" && (parent["method"] || parent["kind"] !== "init");
    const own = functionName(node, parent, search.source, isMember) || "<anonymous>";
    const line = search.lines.lineAt(isMember ? parent.start : node.start);
    search.functions.set(parametersStart(node, search.source), { name: path + own, line });
    return visitChildren(node, `${path}${own}.`, search);
  }
  const isObject = node.type === "ObjectExpression";
  if (!isObject && !isClass(node)) return visitChildren(node, path, search);
  const name = node["id"]?.name || nameFromParent(parent, node, search.source) ||
    (isObject ? "" : "<anonymous>");
  visitChildren(node, name === "" ? path : `${path}${name}.`, search);
}

function visitChildren(node: Node, path: string, search: Search): void {
  for (const child of children(node)) visit(child, node, { path, search });
}

function functionName(node: Node, parent: Node, source: string, isMember: boolean): string {
  if (parent.type === "MethodDefinition" && parent["kind"] === "constructor") return "constructor";
  if (isMember) return memberName(parent, source);
  return node["id"]?.name ?? nameFromParent(parent, node, source);
}

/** Where the parameters begin: the parenthesis, or the one parameter that has none. */
function parametersStart(node: Node, source: string): number {
  const from = node["id"]?.end ?? node.start;
  if (node.type !== "ArrowFunctionExpression") return source.indexOf("(", from);
  const [first] = node["params"];
  const parenthesis = source.indexOf("(", from);
  return first !== undefined && first.start < parenthesis || parenthesis < 0
    ? first.start
    : parenthesis;
}
