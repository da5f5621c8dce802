import type { Edits } from "../positions/edits.ts";
import { Pieces } from "./suspending_body.ts";
import type { Node } from "../../source/syntax_tree.ts";
import type { Calls, Wrapped } from "./wrapped.ts";

/** How to wrap what runs in a class's body. */
export interface ClassOptions {
  /** Where the edits go. */
  edits: Edits;
  /** Gives a part of the body its number; the name is V8's for that part. */
  number: (name: string, at: Node) => Calls;
}

/**
 * Hands the static blocks and the initialisers of a class's fields to the runtime: under one
 * number what runs when the class is made, under another what runs for every instance.
 */
export function wrapClassBody(node: Node, { edits, number }: ClassOptions): Wrapped {
  const parts = new Map<string, Pieces>();
  const piecesOf = (name: string, at: Node) => {
    let run: string | undefined;
    const open = () => run ??= number(name, at).run;
    if (!parts.has(name)) parts.set(name, new Pieces({ edits, open, strict: true }));
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
