import { type Node, visitChildren, type Visitor } from "./syntax_tree.ts";

/** The most nodes of a body that takes less time than the frame around it. */
const MOST_NODES = 64;

/** Builtin methods that take no time, whatever they are called with. */
const CHEAP_METHODS = new Set(["charAt", "charCodeAt", "codePointAt", "isArray"]);

/** What can take long, or call a function that has a frame of its own. */
const EXPENSIVE: ReadonlySet<string> = new Set([
  "NewExpression",
  "TaggedTemplateExpression",
  "ImportExpression",
  "SpreadElement",
  "ArrayPattern",
  "ArrayExpression",
  "ObjectPattern",
  "TemplateLiteral",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
  "WithStatement",
  "TryStatement",
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ClassDeclaration",
  "ClassExpression",
]);

/** Characters of text with more nodes than that, whatever stands in it. */
const MOST_TEXT = 12 * MOST_NODES;

/**
 * Whether a function takes hardly any time and calls nothing, so that its frame would take more of
 * the time than it does, and no other function's stack goes without it.
 */
export function isLeaf({ body }: Node): boolean {
  if (body.end - body.start > MOST_TEXT) return false;
  const search = new CostSearch();
  search.visit(body);
  return search.cost <= MOST_NODES;
}

/** Counts nodes; too expensive ones are as many as it takes. */
class CostSearch implements Visitor {
  cost = 0;

  visit(node: Node): void {
    if (++this.cost > MOST_NODES) return;
    if (isExpensive(node)) this.cost = MOST_NODES + 1;
    else visitChildren(node, this);
  }
}

function isExpensive(node: Node): boolean {
  if (node.type === "CallExpression") return !isCheapCall(node);
  // Elements can be far apart in memory: to read one can take longer than all else.
  if (node.type === "MemberExpression") return node["computed"] && !isNearEnd(node);
  return EXPENSIVE.has(node.type);
}

function isCheapCall({ callee }: Node): boolean {
  return callee.type === "MemberExpression" && !callee["computed"] &&
    CHEAP_METHODS.has(callee["property"].name);
}

/** `a[0]`, `a[a.length - 1]` */
function isNearEnd({ property }: Node): boolean {
  return property.type === "Literal" ||
    (property.type === "BinaryExpression" && property["operator"] === "-" &&
      property["left"].type === "MemberExpression" &&
      property["left"].property.name === "length" && property["right"].type === "Literal");
}
