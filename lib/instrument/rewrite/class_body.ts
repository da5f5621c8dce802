import type { Edits } from "../positions/edits.ts";
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
  const parts = new Map<string, SuspendingBody>();
  const piecesOf = (name: string, at: Node) => {
    let run: string | undefined;
    const open = () => run ??= number(name, at).run;
    if (!parts.has(name)) parts.set(name, new SuspendingBody({ edits, open, strict: true }));
    return parts.get(name)!;
  };
  for (const member of node["body"].body as Node[]) {
    if (member.type === "StaticBlock") {
      piecesOf("<static_initializer>", member).wrapList(member["body"]);
    } else if (member.type === "PropertyDefinition" && member["value"]) {
      const name = member["static"] ? "<static_initializer>" : "<instance_members_initializer>";
      piecesOf(name, member).wrapExpression(member["value"]);
    }
  }
  return { close: () => parts.forEach((pieces) => pieces.close()) };
}
