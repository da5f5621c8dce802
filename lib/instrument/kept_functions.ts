import type { Edits } from "./edits.ts";
import type { SelfReference } from "./reentry.ts";
import type { Node } from "./syntax_tree.ts";

/**
 * How functions reach themselves that a module, while it is loaded, assigns to a property: when that
 * has been done the runtime reads the property and keeps what it finds, if it is the function.
 *
 *     a.b = function () { … };
 *     a.b = function () { … $.kept[7] … };;$.keep(7,a,"b");
 */
export class KeptFunctions {
  /** The functions, each with its statement and the text of its property. */
  readonly #places = new Map<Node, { statement: Node; property: Node }>();

  /** @param program The module. */
  constructor(program: Node) {
    for (const statement of program["body"] as Node[]) {
      const { type, operator, left, right } = statement["expression"] ?? statement;
      if (type !== "AssignmentExpression" || operator !== "=" || !isPlainProperty(left)) continue;
      if (!/^(Function|ArrowFunction)Expression$/.test(right.type)) continue;
      this.#places.set(right, { statement, property: left });
    }
  }

  /** How a function reaches itself; `undefined` where it is none of these. */
  reach(node: Node, runtime: string): SelfReference | undefined {
    const place = this.#places.get(node);
    if (place === undefined) return undefined;
    return {
      text: (id) => `${runtime}.kept[${id}]`,
      isOptional: true,
    };
  }

  /** Has the function kept, if it is one of these; to be called when all inside has been edited. */
  keep(node: Node, id: number, runtime: string, edits: Edits): void {
    const place = this.#places.get(node);
    if (place === undefined) return;
    const { object, property } = place.property;
    const holder = object["name"] ?? `${object["object"].name}.prototype`;
    edits.append(place.statement.end, `;${runtime}.keep(${id},${holder},"${property.name}");`);
  }
}

/** `a.b` or `A.prototype.b`: to read it once more does nothing else. */
function isPlainProperty(node: Node): boolean {
  if (node.type !== "MemberExpression" || node["computed"]) return false;
  const { object, property } = node;
  if (property.type !== "Identifier") return false;
  return object.type === "Identifier" ||
    (object.type === "MemberExpression" && !object["computed"] &&
      object["object"].type === "Identifier" && object["property"].name === "prototype");
}
