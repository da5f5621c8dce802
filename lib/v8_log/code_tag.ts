import type { CodeKind, CodeTier } from "./code_frame.ts";

/**
 * V8's tags of code (v8/src/logging/code-events.h, CODE_TYPE_LIST). Those before `Builtin` are tags
 * of functions.
 */
const TAGS = [
  "JS",
  "Function",
  "LazyCompile",
  "NativeFunction",
  "NativeLazyCompile",
  "Eval",
  "Script",
  "NativeScript",
  "Builtin",
  "BytecodeHandler",
  "RegExp",
  "Callback",
  "Handler",
  "Stub",
] as const;

const FIRST_WITHOUT_FUNCTION = TAGS.indexOf("Builtin");
const NUMBERS = new Map<string, number>(TAGS.map((tag, number) => [tag, number]));
const KINDS: Partial<Record<string, CodeKind>> = {
  Builtin: "builtin",
  BytecodeHandler: "handler",
  RegExp: "regexp",
};

/** The tag of code whose tag this reader does not know. */
export const OTHER_TAG = TAGS.length;
/** The tag of embedded builtins. */
export const BUILTIN_TAG = TAGS.indexOf("Builtin");
/** The tag of code that `eval`, `new Function` and wrappers of CommonJS modules compile. */
export const EVAL_TAG = TAGS.indexOf("Eval");
/** The tag of the bodies of scripts and modules. */
export const SCRIPT_TAG = TAGS.indexOf("Script");

/** The number of a tag. */
export function tagOf(name: string): number {
  return NUMBERS.get(name) ?? OTHER_TAG;
}

/** Whether V8 writes the address of a function and a mark behind the name of code with this tag. */
export function hasFunction(tag: number): boolean {
  return tag < FIRST_WITHOUT_FUNCTION;
}

/** The kind of code that has a tag. */
export function kindOfTag(tag: number): CodeKind {
  return hasFunction(tag) ? "function" : KINDS[TAGS[tag] ?? ""] ?? "other";
}

const TIERS: readonly (CodeTier | undefined)[] = [
  undefined,
  "interpreted",
  "sparkplug",
  "maglev",
  "turbofan",
];
const OSR = 8;

/** The tier of interpreted code. */
export const INTERPRETED = 1;

/**
 * Parses the mark behind a function's address: `~`, `^`, `+` or `*`, with `o` in front for code
 * that replaces a loop and `'` behind for code of one context. Numbers of tiers differ between
 * versions of V8, the marks do not.
 *
 * @returns A number for {@linkcode tierOf} and {@linkcode isOsr}; 0 for no mark, -1 where it is
 * none.
 */
export function parseMark(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (end - start > 3) return -1;
  const osr = bytes[at] === 0x6f && at < end ? OSR : 0;
  if (osr) at++;
  if (at === end) return osr ? -1 : 0;
  const tier = "~^+*".indexOf(String.fromCharCode(bytes[at++]!)) + 1;
  if (at < end && bytes[at] === 0x27) at++;
  return tier > 0 && at === end ? tier | osr : -1;
}

/** The tier of a parsed mark. */
export function tierOf(mark: number): CodeTier | undefined {
  return TIERS[mark & 7];
}

/** Whether a parsed mark is of code that replaces a loop. */
export function isOsr(mark: number): boolean {
  return (mark & OSR) !== 0;
}
