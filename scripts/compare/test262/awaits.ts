import { children, isFunction, type Node, parseSource } from "../../../lib/source/syntax_tree.ts";

/**
 * Adds awaits to a module, so that it is instrumented in the smallest pieces. Its behaviour stays
 * the same, unless it depends on timing.
 *
 * @param source The source of a module; a text that is no module is returned unchanged.
 */
export function addAwaits(source: string): string {
  let program: Node;
  try {
    program = parseSource(source, "module");
  } catch {
    return source;
  }
  const chosen = [...values(program)].filter(({ start, end }) => (start * 31 + end) % 3 === 0);
  const inserts = chosen.flatMap(({ start, end }) => [
    { at: start, text: "(await " },
    { at: end, text: ")" },
  ]).sort((a, b) => a.at - b.at || a.text.length - b.text.length);
  let result = "";
  let from = 0;
  for (const { at, text } of inserts) {
    result += source.slice(from, at) + text;
    from = at;
  }
  return result + source.slice(from);
}

/** The fields in which an expression is a value, by the type of the node. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  ExpressionStatement: ["expression"],
  VariableDeclarator: ["init"],
  AssignmentExpression: ["right"],
  BinaryExpression: ["left", "right"],
  LogicalExpression: ["left", "right"],
  ConditionalExpression: ["test", "consequent", "alternate"],
  CallExpression: ["arguments"],
  NewExpression: ["callee", "arguments"],
  ArrayExpression: ["elements"],
  TemplateLiteral: ["expressions"],
  SequenceExpression: ["expressions"],
  SpreadElement: ["argument"],
  IfStatement: ["test"],
  WhileStatement: ["test"],
  ReturnStatement: ["argument"],
  ThrowStatement: ["argument"],
  SwitchStatement: ["discriminant"],
  SwitchCase: ["test"],
  ForOfStatement: ["right"],
  ForInStatement: ["right"],
};

/** Yields the expressions of a module that may be awaited. */
function* values(node: Node): Generator<Node> {
  // A plain function, a field and a static block cannot await.
  if (isFunction(node) && !node["async"] || node.type === "ClassBody") return;
  if (node["directive"] === undefined) {
    for (const field of VALUES[node.type] ?? []) {
      for (const value of [node[field]].flat()) if (canBeAwaited(value)) yield value;
    }
  }
  // Parameters cannot await.
  for (const child of isFunction(node) ? [node["body"]] : children(node)) yield* values(child);
}

/** Whether an expression may be awaited. A function or class would lose a name from its place. */
function canBeAwaited(value: Node | null | undefined): boolean {
  return Boolean(value) &&
    !/Function|Class|^Spread|^PrivateIdentifier$|^Super$/.test(value!.type);
}
