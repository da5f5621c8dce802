import { accessorText } from "../../activation/instrumented_code.ts";
import type { Edits } from "../positions/edits.ts";
import type { FunctionTraits } from "../traits/function_traits.ts";
import { SelfReferences } from "./self_references.ts";
import type { Node } from "../../source/syntax_tree.ts";

/**
 * Lets the methods of a class reach themselves. When the class is made, it stores them in a static
 * private field of its own, so later changes of the class do not matter.
 *
 *     class A { m() { … } static get x() { … } }
 *     class A {static #$=[this.prototype.m,$.accessor(this,"x","get")]; m() { … A.#$[0] … } …
 */
export class ClassMembers {
  readonly #node: Node;
  readonly #runtime: string;
  readonly #name: string | undefined;
  readonly #reached: string[] = [];

  /**
   * @param node The class.
   * @param runtime The expression for the runtime; the private field has the same name.
   */
  constructor(node: Node, runtime: string) {
    this.#node = node;
    this.#runtime = runtime;
    // Methods reach the field by the name of the class. Of two members with one key, only the last
    // can be found.
    this.#name = hasDistinctKeys(node) ? node["id"]?.name : undefined;
  }

  /**
   * Returns the expression by which a member reaches itself; `undefined` where it cannot.
   *
   * @param member The method, getter or setter.
   * @param traits The traits of its body.
   */
  selfReference(member: Node, traits: FunctionTraits): string | undefined {
    const name = this.#name;
    if (
      name === undefined || member.type !== "MethodDefinition" ||
      member["kind"] === "constructor" ||
      member["key"].type === "PrivateIdentifier" ||
      !SelfReferences.reachesClass(name, member["value"], traits)
    ) return undefined;
    const holder = member["static"] ? "this" : "this.prototype";
    const key = JSON.stringify(keyOf(member));
    const index = this.#reached.push(
      member["kind"] === "method"
        ? `${holder}[${key}]`
        : accessorText(this.#runtime, { holder, key, kind: member["kind"] }),
    ) - 1;
    return `${name}.#${this.#runtime}[${index}]`;
  }

  /** Writes the private field; to be called once all members have been visited. */
  insert(edits: Edits): void {
    if (this.#reached.length === 0) return;
    edits.insert(this.#node["body"].start + 1, `static #${this.#runtime}=[${this.#reached}];`);
  }
}

function keyOf({ key }: Node): string {
  return key.type === "Literal" ? String(key["value"]) : key["name"];
}

/**
 * Whether each member can be found by its key once the class is made. A computed key, or two
 * members with one key, prevent that.
 */
function hasDistinctKeys(node: Node): boolean {
  const keys = new Set<string>();
  for (const member of node["body"].body as Node[]) {
    if (member.type !== "MethodDefinition") continue;
    if (member["computed"]) return false;
    if (member["key"].type === "PrivateIdentifier") continue;
    const kind = member["kind"] === "get" || member["kind"] === "set" ? member["kind"] : "";
    const key = `${member["static"]} ${keyOf(member)}`;
    // A getter and a setter can share a key; a method needs its own.
    if (keys.has(`${key} ${kind}`) || keys.has(`${key} `) || (kind === "" && keys.has(key))) {
      return false;
    }
    keys.add(key).add(`${key} ${kind}`);
  }
  return true;
}
