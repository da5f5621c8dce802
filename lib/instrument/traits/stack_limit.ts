import type { Node } from "../../source/syntax_tree.ts";

/** The property that says how many frames V8 takes. V8 reads it of `Error` only. */
export const STACK_LIMIT = "stackTraceLimit";

/**
 * The expressions of a node whose value the program asks for `stackTraceLimit`, by whatever name it
 * calls `Error`:
 *
 *     E.stackTraceLimit = 5               const { stackTraceLimit } = Error
 *     Error["stackTraceLimit"]            Reflect.set(Error, "stackTraceLimit", 5)
 */
export function limitHolder(node: Node): Node | undefined {
  switch (node.type) {
    case "MemberExpression": {
      const { object, property, computed } = node as Node & Record<string, Node>;
      const isNamed = computed ? isLimitText(property!) : property!["name"] === STACK_LIMIT;
      return isNamed && object!.type !== "Super" ? object : undefined;
    }
    case "VariableDeclarator":
      return hasLimitKey(node["id"]) ? node["init"] ?? undefined : undefined;
    case "AssignmentExpression":
      return hasLimitKey(node["left"]) ? node["right"] : undefined;
    case "CallExpression": {
      const [first, ...others]: Node[] = node["arguments"];
      return first?.type !== "SpreadElement" && others.some(isLimitText) ? first : undefined;
    }
  }
  return undefined;
}

function isLimitText({ type, value }: Node): boolean {
  return type === "Literal" && value === STACK_LIMIT;
}

function hasLimitKey({ type, properties }: Node): boolean {
  return type === "ObjectPattern" &&
    properties.some(({ key }: Node) => key?.name === STACK_LIMIT || key?.value === STACK_LIMIT);
}
