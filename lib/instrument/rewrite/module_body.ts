import { type BodyTraits, bodyTraits, EVERY_NAME, hoistedNames } from "../traits/body_traits.ts";
import type { Edits } from "../positions/edits.ts";
import { obstacle } from "./function_body.ts";
import { Locals } from "./locals.ts";
import { FROM_OUTSIDE, type Owner, passedTexts, passNothing, passOwn } from "./passed_names.ts";
import { SuspendingBody } from "./suspending_body.ts";
import { directives, type Node, type SourceKind } from "../../source/syntax_tree.ts";
import type { Calls, Wrapped } from "./wrapped.ts";

/** Options of {@linkcode wrapModuleBody}. */
export interface ModuleOptions {
  /** The kind of the module. */
  kind: SourceKind;
  /** Whether its code is strict. */
  strict: boolean;
  /** Whether it asks sloppy functions for their `caller`. */
  asksCaller: boolean;
  /** Gets the edits. */
  edits: Edits;
  /** Whether a `return` may stand at its top. */
  mayReturn: boolean;
  /** Statements that run before the body of an ECMAScript module. */
  start: string;
  /** Gives the body its number. */
  number: () => Calls;
}

/**
 * Has the runtime run a module's body. A CommonJS module is the body of a function, so it is
 * wrapped whole, unless it declares one of its parameters again. The declarations of an ECMAScript
 * module have to stay at its top, so it is wrapped piece by piece. Global code is not wrapped,
 * since its value and the scope of its declarations would change.
 */
export function wrapModuleBody(program: Node, options: ModuleOptions): Wrapped {
  const body: Node[] = program["body"];
  const prologue = directives(body);
  const first = body[prologue.length];
  if (first === undefined) return { close: () => {} };
  const { edits, strict, kind } = options;
  if (kind === "script") return { reason: "global code", close: () => {} };
  const traits = bodyTraits(body);
  const reason = obstacle(traits, { ...options, insideWith: false });
  if (reason !== undefined) return { reason, close: () => {} };
  const calls = options.number();
  const separator = prologue.length > 0 ? ";" : "";
  if (kind === "commonjs" && PARAMETERS.isDisjointFrom(hoistedNames(traits))) {
    const own = passOwn(traits, OF_FUNCTION) ?? FROM_OUTSIDE;
    const isMapped = !strict && traits.mentionsArguments;
    const names = isMapped ? [] : [...PARAMETERS].filter((name) => reaches(traits, name));
    const passed = traits.makesFunctions
      ? { ...own, names, results: [] }
      : passNothing(traits, OF_FUNCTION);
    const texts = passedTexts(passed, { calls, isBlock: true, edits });
    edits.insert(first.start, `${separator}${options.mayReturn ? "return " : ""}${texts.start}`);
    return { close: () => edits.append(body.at(-1)!.end, texts.end) };
  }
  edits.insert(first.start, `${separator}${options.start}${calls.touch};`);
  const isModule = kind === "module";
  const pieces = new SuspendingBody({
    edits,
    calls: () => calls,
    strict,
    locals: traits.makesFunctions
      ? Locals.ofCode(body, traits, isModule ? [] : [...PARAMETERS])
      : undefined,
    owner: isModule ? { ownsThis: false, ownsArguments: false } : OF_FUNCTION,
  });
  pieces.wrapList(body);
  return { close: () => pieces.close() };
}

function reaches({ mentioned, captured }: BodyTraits, name: string): boolean {
  return name !== "arguments" &&
    (mentioned.has(name) || captured.has(name) || captured.has(EVERY_NAME));
}

const OF_FUNCTION: Owner = { ownsThis: true, ownsArguments: true };

/** The variables that CommonJS passes to a module. */
const PARAMETERS: ReadonlySet<string> = new Set([
  "exports",
  "require",
  "module",
  "__filename",
  "__dirname",
  "arguments",
]);
