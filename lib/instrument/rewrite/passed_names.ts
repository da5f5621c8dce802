import { type PieceOptions, pieceTexts } from "../../activation/instrumented_code.ts";
import type { ArgumentsPlace, Mentions } from "../traits/body_traits.ts";
import type { Edits } from "../positions/edits.ts";
import type { Calls } from "./wrapped.ts";

/** The code that a piece is of. */
export interface Owner {
  /** `this` is the code's own from its start on: that of an arrow function is not. */
  ownsThis: boolean;
  /** `arguments` is the code's own. */
  ownsArguments: boolean;
}

/** The way in which a piece gets `this` and `arguments`. */
interface OwnNames {
  /** It gets `this` as its receiver. */
  hasReceiver: boolean;
  /** It is an arrow function, which has them from outside. */
  isArrow: boolean;
  /** The places that mention `arguments`, which the piece gets by another name. */
  renamed: readonly ArgumentsPlace[];
}

/** A piece that has both from outside. */
export const FROM_OUTSIDE: OwnNames = { hasReceiver: false, isArrow: true, renamed: [] };

/** The values that a piece gets from the code around, and gives back. */
export interface PassedNames extends OwnNames {
  /** The variables that it gets. */
  names: readonly string[];
  /** Those of them that it assigns to. */
  results: readonly string[];
}

/**
 * Decides how a piece gets `this` and `arguments`: passed where that is possible, else from outside.
 *
 * @returns `undefined` where `arguments` would have to be renamed, and that would show.
 */
export function passOwn(
  mentions: Mentions & { assigned?: ReadonlySet<string> },
  { ownsThis, ownsArguments }: Owner,
): OwnNames | undefined {
  const { mentionsThis, mentionsSuper, mentionsTarget, mentionsArguments } = mentions;
  const renamed = ownsArguments ? mentions.argumentsPlaces : [];
  if (renamed.length > 0 && mentions.assigned?.has("arguments")) return undefined;
  // V8 writes the text of a callee into its messages.
  if (renamed.some(({ isCalled }) => isCalled)) return undefined;
  // A function expression has its own `super`, `new.target` and `arguments`.
  const isArrow = mentionsSuper || mentionsTarget || mentions.arrowsMentionArguments ||
    (mentionsArguments && renamed.length === 0);
  const hasReceiver = ownsThis && mentionsThis && !isArrow;
  return { hasReceiver, isArrow: isArrow || (mentionsThis && !hasReceiver), renamed };
}

/**
 * Decides how a piece gets `this` and `arguments` that may have all variables from outside: no closure
 * keeps them alive. It still is no arrow function where it need not be, since the call of one costs more.
 */
export function passNothing(mentions: Mentions, { ownsThis }: Owner): PassedNames {
  const own = passOwn(mentions, { ownsThis, ownsArguments: false })!;
  return { ...own, names: [], results: [] };
}

/**
 * Returns the texts around a piece, and renames `arguments` in the piece to the parameter that holds it.
 *
 * @param edits Where the new names go.
 */
export function passedTexts(
  { names, results, hasReceiver, isArrow, renamed }: PassedNames,
  { calls: { id, runtime }, isBlock, edits }: { calls: Calls; isBlock: boolean; edits: Edits },
): ReturnType<typeof pieceTexts> {
  const options: PieceOptions = {
    id,
    runtime,
    isBlock,
    hasReceiver,
    isArrow,
    parameters: names,
    values: names,
    results,
  };
  if (renamed.length === 0) return pieceTexts(options);
  const ownName = `${runtime}a`;
  for (const { node: { start, end }, isShorthand } of renamed) {
    edits.replace(start, end, isShorthand ? `arguments:${ownName}` : ownName);
  }
  return pieceTexts({
    ...options,
    parameters: [...names, ownName],
    values: [...names, "arguments"],
  });
}
