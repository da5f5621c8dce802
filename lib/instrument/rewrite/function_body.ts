import type { Mentions } from "../traits/body_traits.ts";
import type { Edits } from "../positions/edits.ts";
import { type FunctionTraits, functionTraits, goesInPieces } from "../traits/function_traits.ts";
import { Locals } from "./locals.ts";
import { FROM_OUTSIDE, type Owner, passedTexts, passNothing, passOwn } from "./passed_names.ts";
import { SuspendingBody } from "./suspending_body.ts";
import { guardExpression, guardStatement } from "../../activation/instrumented_code.ts";
import { callAgainOf, type Guard, reentryOf } from "./guard.ts";
import { directives, type Node } from "../../source/syntax_tree.ts";
import type { Calls, Wrapped } from "./wrapped.ts";

/** Options of {@linkcode wrapFunction}. */
export interface FunctionOptions {
  /** Whether the function's code is strict. */
  strict: boolean;
  /** Whether it is inside `with`, where names are looked up in an object first. */
  insideWith: boolean;
  /** Whether it is the constructor of a class that extends one: its `this` comes later. */
  isDerived: boolean;
  /** Whether the file asks sloppy functions for their `caller`. */
  asksCaller: boolean;
  /** Gets the edits. */
  edits: Edits;
  /** Returns the expression by which the function reaches itself; `undefined` where it cannot. */
  self: (traits: FunctionTraits) => string | undefined;
  /**
   * Gives the function its number. `args` is the number of arguments of the call inside its
   * trampoline, or `APPLY`.
   */
  number: (args?: number) => Calls;
}

/**
 * Has a function run inside its trampoline. Where it can, it calls itself again there:
 *
 *     function f(a) { "use strict"; return a; }
 *     function f(a) { "use strict"; if (…) return $.e1(7, f, this, a); return a; }
 *
 * Where the program could notice that, or the function cannot reach itself, the body becomes a
 * function that the runtime calls. `this`, `arguments`, `super` and `new.target` keep their
 * meaning, and parameters stay outside:
 *
 *     (a) => a
 *     (a) => $.runArrow(8,()=>(a))
 *
 * A body that suspends, or that declares a parameter again, is wrapped piece by piece.
 */
export function wrapFunction(node: Node, options: FunctionOptions): Wrapped {
  const traits = functionTraits(node);
  const reason = obstacle(traits, options);
  if (reason !== undefined) return { reason, close: () => {} };
  const reentry = reentryOf(node, traits);
  const self = reentry && options.self(traits);
  if (reentry !== undefined && self !== undefined) {
    return callAgain({ node, reentry, self }, options);
  }
  return goesInPieces(node, traits)
    ? wrapPieces(node, traits, options)
    : wrapWhole(node, traits, options);
}

function callAgain(again: Omit<Guard, "calls">, { edits, number }: FunctionOptions): Wrapped {
  const body: Node = again.node["body"];
  const guard = { ...again, calls: number(again.reentry.args) };
  if (again.node["expression"]) {
    edits.insert(body.start, guardExpression(callAgainOf(guard)));
    return { close: () => edits.append(body.end, ")") };
  }
  edits.insert(...afterDirectives(body, guardStatement(callAgainOf(guard))));
  return { close: () => {} };
}

/** Returns the reason for which code cannot be moved into another function, if there is one. */
export function obstacle(
  traits: Mentions,
  { strict, insideWith, asksCaller }: Pick<FunctionOptions, "strict" | "insideWith" | "asksCaller">,
): string | undefined {
  if (insideWith) return 'inside "with"';
  if (traits.evals) return "calls eval";
  if (strict) return undefined;
  // In sloppy code, a callee's `caller` would return the function that holds the body, not the function
  // itself.
  return asksCaller ? 'its file asks for "caller"' : undefined;
}

/** Tells whether `this` and `arguments` are the function's own. */
function ownerOf(node: Node, isDerived: boolean): Owner {
  const isArrow = node.type === "ArrowFunctionExpression";
  return { ownsThis: !isArrow && !isDerived, ownsArguments: !isArrow };
}

function wrapWhole(
  node: Node,
  traits: FunctionTraits,
  { edits, number, strict, isDerived }: FunctionOptions,
): Wrapped {
  const body: Node = node["body"];
  const owner = ownerOf(node, isDerived);
  const namesArguments = traits.parameters.includes("arguments") ||
    traits.immediate.has("arguments");
  const ownsArguments = owner.ownsArguments && !namesArguments;
  const own = passOwn(traits, { ...owner, ownsArguments }) ?? FROM_OUTSIDE;
  // In sloppy code, `arguments[i]` and the parameter are one variable, so parameters are not copied.
  const isMapped = !strict && traits.mentionsArguments && ownsArguments;
  const names = isMapped ? [] : traits.parameters;
  const passed = traits.makesFunctions
    ? { ...own, names, results: [] }
    : passNothing(traits, owner);
  // V8 names a function without a name after what it reads next, the bodies of arrow functions included
  // and those of others not. So the body of an arrow function stays in one.
  const isArrow = passed.isArrow || node.type === "ArrowFunctionExpression";
  const isBlock = !node["expression"];
  const { start, end } = passedTexts({ ...passed, isArrow }, {
    calls: number(),
    isBlock,
    edits,
  });
  if (!isBlock) {
    edits.insert(body.start, start);
    return { close: () => edits.append(body.end, end) };
  }
  edits.insert(...afterDirectives(body, `return ${start}`));
  return { close: () => edits.append(body.end - 1, end) };
}

function wrapPieces(
  node: Node,
  traits: FunctionTraits,
  { edits, number, strict, isDerived }: FunctionOptions,
): Wrapped {
  const body: Node = node["body"];
  const calls = number();
  const pieces = new SuspendingBody({
    edits,
    calls: () => calls,
    strict,
    locals: traits.makesFunctions ? Locals.ofFunction(node, traits, strict) : undefined,
    owner: ownerOf(node, isDerived),
  });
  if (node["expression"]) {
    edits.insert(body.start, `(${calls.touch},`);
    pieces.wrapExpression(body);
    return {
      close() {
        pieces.close();
        edits.append(body.end, ")");
      },
    };
  }
  edits.insert(...afterDirectives(body, `${calls.touch};`));
  pieces.wrapList(body["body"]);
  return { close: () => pieces.close() };
}

/**
 * Returns the offset behind the directives of a body, and the code with the separator it needs
 * there.
 */
function afterDirectives(body: Node, code: string): [index: number, code: string] {
  const last = directives(body["body"]).at(-1);
  return last === undefined ? [body.start + 1, code] : [last.end, `;${code}`];
}
