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
      if (type !== "AssignmentExpression" || operator !== "=") continue;
      if (left.type !== "MemberExpression" || pathOf(left) === undefined) continue;
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
    const path = pathOf(place.property)!;
    const keys = path.slice(1).map((key) => `,"${key}"`).join("");
    edits.append(place.statement.end, `;${runtime}.keep(${id},${path[0]}${keys});`);
  }
}

/** The most names of a property's path, as `A.prototype.b` has them. */
const LONGEST_PATH = 3;

/** The names of `a.b` or `a.b.c`; `undefined` where a property is another one. */
function pathOf(node: Node): string[] | undefined {
  if (node.type === "Identifier") return [node["name"]];
  if (node.type !== "MemberExpression" || node["computed"]) return undefined;
  const { object, property } = node;
  const path = property.type === "Identifier" ? pathOf(object) : undefined;
  return path && path.length < LONGEST_PATH ? [...path, property["name"]] : undefined;
}
