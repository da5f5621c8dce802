import { EACH_CALL, HANDS_BODY, LEAF, NEVER_INLINED } from "../frame_schedule.ts";
import type { Mentions } from "./body_traits.ts";
import type { Edits } from "./edits.ts";
import { type FunctionTraits, functionTraits, redeclares } from "./function_traits.ts";
import { paddingText } from "./padding.ts";
import { Pieces } from "./pieces.ts";
import {
  type Guard,
  guardExpression,
  guardStatement,
  reentryOf,
  type SelfReference,
} from "./reentry.ts";
import { directives, type Node } from "./syntax_tree.ts";
import type { Calls, Wrapped } from "./wrapped.ts";

/** How to wrap a function. */
export interface FunctionOptions {
  /** Whether the function's code is strict. */
  strict: boolean;
  /** Whether names inside are looked up in an object first. */
  insideWith: boolean;
  /** Whether the file asks sloppy functions for their `caller`. */
  asksCaller: boolean;
  /** Where the edits go. */
  edits: Edits;
  /** How the function reaches itself, given what its body holds; `undefined` where it cannot. */
  self: (traits: FunctionTraits) => SelfReference | undefined;
  /** Whether functions are to be too long for V8 to inline them. */
  pads: boolean;
  /** Gives the function its number: how it is called, and which calls have frames (frame_schedule.ts). */
  number: (args?: number, kind?: number) => Calls;
}

/**
 * Has a function run inside its trampoline. Where it can, it calls itself again there:
 *
 *     function f(a) { "use strict"; return a; }
 *     function f(a) { "use strict"; if (…) return $.e1(7, f, this, a); return a; }
 *
 * Where that would show, or it cannot reach itself, its body goes as an arrow function: `this`,
 * `arguments`, `super` and `new.target` stay what they are, parameters stay outside:
 *
 *     (a) => a
 *     (a) => $.run(8,()=>(a))
 *
 * What suspends, and what declares a parameter again, goes piece by piece.
 */
export function wrapFunction(node: Node, options: FunctionOptions): Wrapped {
  const traits = functionTraits(node);
  const reason = obstacle(traits, options);
  if (reason !== undefined) return { reason, close: () => {} };
  const reentry = reentryOf(node, traits);
  const self = reentry && options.self(traits);
  if (reentry !== undefined && self !== undefined) {
    return callAgain({ node, reentry, self, isPadded: options.pads }, traits, options);
  }
  return node["generator"] || traits.suspends || redeclares(node, traits)
    ? wrapPieces(node, options)
    : wrapWhole(node, options);
}

function callAgain(
  again: Omit<Guard, "calls">,
  { isLeaf }: FunctionTraits,
  { edits, number }: FunctionOptions,
): Wrapped {
  const { node, reentry, self, isPadded } = again;
  const body: Node = node["body"];
  const kind = (isLeaf ? LEAF : EACH_CALL) | (isPadded ? NEVER_INLINED : 0);
  const calls = number(reentry.args, kind);
  const guard = { ...again, calls };
  const kept = self.isOptional ? calls.id : undefined;
  if (node["expression"]) {
    edits.insert(body.start, guardExpression(guard));
    return { kept, close: () => edits.append(body.end, ")") };
  }
  edits.insert(...afterDirectives(body, guardStatement(guard)));
  return { kept, close: () => {} };
}

/** Why code cannot be moved into another function. */
export function obstacle(
  traits: Mentions,
  { strict, insideWith, asksCaller }: Pick<FunctionOptions, "strict" | "insideWith" | "asksCaller">,
): string | undefined {
  if (insideWith) return 'inside "with"';
  if (traits.evals) return "calls eval";
  if (strict) return undefined;
  // The caller would be the arrow function that the body became.
  return asksCaller ? 'its file asks for "caller"' : undefined;
}

function wrapWhole(node: Node, { edits, number, pads }: FunctionOptions): Wrapped {
  const body: Node = node["body"];
  const { run, runtime } = number(0, pads ? NEVER_INLINED | HANDS_BODY : EACH_CALL);
  // In front of the body V8 would take the names away that it gives to functions in it.
  const end = pads ? `,${paddingText(runtime)})` : ")";
  if (node["expression"]) {
    edits.insert(body.start, `${run}(`);
    return { close: () => edits.append(body.end, `)${end}`) };
  }
  edits.insert(...afterDirectives(body, `return ${run}{`));
  return { close: () => edits.append(body.end - 1, `}${end}`) };
}

function wrapPieces(node: Node, { edits, number, strict }: FunctionOptions): Wrapped {
  const body: Node = node["body"];
  const { run, touch } = number();
  const pieces = new Pieces({ edits, open: () => run, strict });
  if (node["expression"]) {
    edits.insert(body.start, `(${touch},`);
    pieces.wrapExpression(body);
    return {
      close() {
        pieces.close();
        edits.append(body.end, ")");
      },
    };
  }
  edits.insert(...afterDirectives(body, `${touch};`));
  pieces.wrapList(body["body"]);
  return { close: () => pieces.close() };
}

/** Where code goes that is to run first, and how. */
function afterDirectives(body: Node, code: string): [index: number, code: string] {
  const last = directives(body["body"]).at(-1);
  return last === undefined ? [body.start + 1, code] : [last.end, `;${code}`];
}
