import type { Node } from "./syntax_tree.ts";

/** The longest text of a computed key in a name, in UTF-16 code units. */
const MAX_KEY_LENGTH = 40;

/**
 * Returns the name that a function or class gets from its place in the tree: the one that the
 * language infers, and names of members such as `Class.method`, `get x`, `[Symbol.iterator]`.
 *
 * @param parent The node that the function is a direct part of.
 * @param node The function or class.
 * @param source The source text.
 * @returns Empty where nothing gives it a name.
 */
export function nameFromParent(parent: Node, node: Node, source: string): string {
  switch (parent.type) {
    case "VariableDeclarator":
      return parent["init"] === node ? targetName(parent["id"]) : "";
    case "AssignmentExpression":
      return parent["right"] === node ? targetName(parent["left"]) : "";
    case "AssignmentPattern":
      return parent["right"] === node ? targetName(parent["left"]) : "";
    case "Property":
    case "PropertyDefinition":
    case "MethodDefinition":
      return parent["value"] === node ? memberName(parent, source) : "";
    case "ExportDefaultDeclaration":
      return "default";
    case "CallExpression":
      return parent["callee"] === node ? namespaceName(parent) : "";
    default:
      return "";
  }
}

/**
 * Returns the name of a TypeScript namespace or enumeration, which compilers turn into a function:
 *
 *     (function (A) { … })(A || (A = {}));
 *     (function (B) { … })(B = A.B || (A.B = {}));
 *     var C = function (C) { … }(C || {});
 */
function namespaceName({ callee, arguments: passed }: Node): string {
  const [first] = passed as Node[];
  const value: Node | undefined = first?.type === "AssignmentExpression" ? first["right"] : first;
  if (passed.length !== 1 || value?.type !== "LogicalExpression") return "";
  const { operator, left, right } = value;
  if (operator !== "||" || callee.params.length !== 1) return "";
  if (isEmptyObject(right)) return left.name === callee.params[0].name ? left.name ?? "" : "";
  return right.type === "AssignmentExpression" && isEmptyObject(right.right)
    ? targetName(right.left).split(".").at(-1)!
    : "";
}

function isEmptyObject({ type, properties }: Node): boolean {
  return type === "ObjectExpression" && properties.length === 0;
}

/** Joins a name to the path of its surroundings; `A.b = …` in `A` is `A.b`. */
export function qualifiedName(path: string, name: string): string {
  const holder = name.slice(0, name.indexOf(".") + 1);
  return holder !== "" && `.${path}`.endsWith(`.${holder}`)
    ? path + name.slice(holder.length)
    : path + name;
}

/** The name of a class's or an object's member, with `get` or `set` in front. */
export function memberName(member: Node, source: string): string {
  const prefix = member["kind"] === "get" || member["kind"] === "set" ? `${member["kind"]} ` : "";
  return prefix + keyName(member["key"], member["computed"], source);
}

function keyName(key: Node, computed: boolean, source: string): string {
  if (key.type === "PrivateIdentifier") return `#${key["name"]}`;
  if (key.type === "Literal") return String(key["value"]);
  if (!computed) return key["name"];
  const text = source.slice(key.start, key.end).replace(/\s+/g, " ");
  return `[${text.length > MAX_KEY_LENGTH ? `${text.slice(0, MAX_KEY_LENGTH)}…` : text}]`;
}

/** The target of a CommonJS export, which is not part of a name. */
const EXPORTS = /^(module\.)?exports(\.|$)/;

function targetName(target: Node): string {
  return memberPath(target)?.replace(EXPORTS, "").replace(".prototype.", ".") ?? "";
}

/** Returns `a.b.c` for a target of that form, and `c` for `this.c`; `undefined` for any other. */
function memberPath(target: Node): string | undefined {
  if (target.type === "Identifier") return target["name"];
  if (target.type === "ThisExpression") return "";
  if (target.type !== "MemberExpression" || target["computed"]) return undefined;
  const object = memberPath(target["object"]);
  const property = target["property"].type === "PrivateIdentifier"
    ? `#${target["property"].name}`
    : target["property"].name;
  return object ? `${object}.${property}` : property;
}
