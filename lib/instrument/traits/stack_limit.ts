import type { Node } from "../../source/syntax_tree.ts";

/** `Error.stackTraceLimit`, in the place of which instrumented code has a name of ours. */
export function isStackLimit({ type, computed, object, property }: Node): boolean {
  return type === "MemberExpression" && !computed && property.name === "stackTraceLimit" &&
    object.type === "Identifier" && object.name === "Error";
}

/** A file that has an `Error` of its own. */
export const OWN_ERROR =
  /\b(class|function|const|let|var)\s+Error\b|\bimport\b[^;]*\bError\b[^;]*\bfrom\b/;
