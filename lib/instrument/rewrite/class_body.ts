import { bodyTraits } from "../traits/body_traits.ts";
import type { Edits } from "../positions/edits.ts";
import { Locals } from "./locals.ts";
import { SuspendingBody } from "./suspending_body.ts";
import type { Node } from "../../source/syntax_tree.ts";
import type { Calls, Wrapped } from "./wrapped.ts";

/** Options of {@linkcode wrapClassBody}. */
export interface ClassOptions {
  /** Gets the edits. */
  edits: Edits;
  /** Gives a part of the body its number; the name is V8's for that part. */
  number: (name: string, at: Node) => Calls;
}

/**
 * Has the runtime run the static blocks and the field initialisers of a class. Those that run when
 * the class is made share one number, those that run for each instance share another.
 */
export function wrapClassBody(node: Node, { edits, number }: ClassOptions): Wrapped {
  const makesFunctions = (node["body"].body as Node[]).some((member) => {
    if (member.type === "StaticBlock") return bodyTraits(member["body"]).makesFunctions;
    return member.type === "PropertyDefinition" && member["value"] &&
      bodyTraits([member["value"]]).makesFunctions;
  });
  const calls = new Map<string, Calls>();
  const parts: SuspendingBody[] = [];
  const piecesOf = (name: string, member: Node, statements: readonly Node[]) => {
    const pieces = new SuspendingBody({
      edits,
      calls() {
        if (!calls.has(name)) calls.set(name, number(name, member));
        return calls.get(name)!;
      },
      strict: true,
      locals: makesFunctions ? Locals.ofCode(statements, bodyTraits(statements)) : undefined,
      owner: { ownsThis: true, ownsArguments: false },
    });
    parts.push(pieces);
    return pieces;
  };
  for (const member of node["body"].body as Node[]) {
    if (member.type === "StaticBlock") {
      piecesOf("<static_initializer>", member, member["body"]).wrapList(member["body"]);
    } else if (member.type === "PropertyDefinition" && member["value"]) {
      const name = member["static"] ? "<static_initializer>" : "<instance_members_initializer>";
      piecesOf(name, member, []).wrapExpression(member["value"]);
    }
  }
  return { close: () => parts.forEach((pieces) => pieces.close()) };
}
