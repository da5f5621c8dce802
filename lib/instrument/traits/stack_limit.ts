import type { Node } from "../../source/syntax_tree.ts";

/**
 * Whether a node is `Error.stackTraceLimit`. Instrumented code has a property of ours in its place.
 */
export function isStackLimit({ type, computed, object, property }: Node): boolean {
  return type === "MemberExpression" && !computed && property.name === "stackTraceLimit" &&
    object.type === "Identifier" && object.name === "Error";
}

/** Matches a text that declares or imports an `Error` of its own. */
export const OWN_ERROR =
  /\b(class|function|const|let|var)\s+Error\b|\bimport\b[^;]*\bError\b[^;]*\bfrom\b/;
