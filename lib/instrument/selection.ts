import { resolve } from "node:path";

import { sourceName } from "../base/symbol_name.ts";
import { picomatch } from "../source/libraries.js";
import { packageModule } from "../source/package_module.ts";
import type { VariableName } from "../base/environment.ts";

/** The environment variables that name what is instrumented, and what is not. */
export const INCLUDE_VARIABLE: VariableName = "JS_PERF_INCLUDE";
/** See {@linkcode INCLUDE_VARIABLE}. */
export const EXCLUDE_VARIABLE: VariableName = "JS_PERF_EXCLUDE";

/** A list of patterns and its origin. */
export interface PatternList {
  /** Patterns with commas between them; empty for none. */
  text: string;
  /** The option or variable, for errors. */
  source: string;
}

/** Options of {@linkcode makeSelection}. */
export interface SelectionOptions {
  include: PatternList;
  exclude: PatternList;
  /** Absolute path of the directory that relative patterns start from. */
  directory: string;
}

/** Whether the module of an address is to be instrumented. */
export type Selection = (url: string) => boolean;

/** A selection that knows which of its patterns were of use. */
export interface CheckedSelection {
  /** Decides on a module. */
  selects: Selection;
  /** The patterns of what is included that have matched no module so far. */
  unmatched(): string[];
}

/**
 * Makes the test that selects modules. Without patterns it selects the program's own modules and no
 * packages. Path patterns in `include` narrow the own modules to those that match. Package patterns
 * (`npm:NAME`, `jsr:NAME`, `node_modules` and URLs) add the modules that match. A match of
 * `exclude` overrides both.
 *
 * @throws {RangeError} If a pattern is not valid; the message names its source.
 */
export function makeSelection(options: SelectionOptions): Selection {
  return makeCheckedSelection(options).selects;
}

/**
 * {@linkcode makeSelection}, with a record of which patterns have matched.
 *
 * @throws {RangeError} If a pattern is none.
 */
export function makeCheckedSelection(
  { include, exclude, directory }: SelectionOptions,
): CheckedSelection {
  const [included, excluded] = [include, exclude].map((list) =>
    splitPatterns(list.text).map((text) => parsePattern(text, list.source, directory))
  ) as [Pattern[], Pattern[]];
  const ofPackages = included.filter((pattern) => pattern.ofPackages);
  const hasPaths = ofPackages.length < included.length;
  const unmatched = new Set(included);
  return {
    selects(url) {
      const module = namesOf(url, directory);
      const matching = included.filter((pattern) => pattern.matches(module));
      matching.forEach((pattern) => unmatched.delete(pattern));
      if (excluded.some((pattern) => pattern.matches(module))) return false;
      if (module.isForeign) return matching.some((pattern) => pattern.ofPackages);
      return !hasPaths || matching.some((pattern) => !pattern.ofPackages);
    },
    unmatched: () => [...unmatched].map(({ text }) => text),
  };
}

/** Splits a list at its commas, except those in braces or brackets, or behind a backslash. */
export function splitPatterns(text: string): string[] {
  const patterns = [""];
  let depth = 0;
  for (const [part] of text.matchAll(/\\.|./gsu)) {
    if ("{[(".includes(part)) depth++;
    if ("}])".includes(part)) depth--;
    if (part === "," && depth <= 0) patterns.push("");
    else patterns[patterns.length - 1] += part;
  }
  return patterns.map((pattern) => pattern.trim()).filter(Boolean);
}

/** The names of a module that patterns are matched against. */
interface ModuleNames {
  /** Path, or URL where it is no file. */
  path: string;
  /**
   * Path relative to the directory, for a module below it; otherwise the path without its first
   * slash.
   */
  shortPath: string;
  /** `npm:NAME/PATH` or `jsr:NAME/PATH`, for a module of a package. */
  package: string | undefined;
  /** Whether it belongs to a package, or is no file. */
  isForeign: boolean;
}

function namesOf(url: string, directory: string): ModuleNames {
  const path = sourceName(url);
  const root = directory.endsWith("/") ? directory : `${directory}/`;
  const ofPackage = packageModule(path);
  return {
    path,
    shortPath: path.startsWith(root) ? path.slice(root.length) : path.replace(/^\//, ""),
    package: ofPackage,
    isForeign: ofPackage !== undefined || !path.startsWith("/"),
  };
}

interface Pattern {
  /** As the user wrote it. */
  text: string;
  /** Whether it matches modules of packages. */
  ofPackages: boolean;
  matches(module: ModuleNames): boolean;
}

function parsePattern(text: string, source: string, directory: string): Pattern {
  const refuse = (what: string) => {
    throw new RangeError(`Cannot use pattern "${text}" of ${source}: ${what}`);
  };
  if (text.startsWith("!")) {
    refuse("must not begin with !, --include and --exclude are separate options");
  }
  if (/^node_modules\/?$/.test(text)) return { ...parsePattern("npm:*", source, directory), text };
  if (/^(npm|jsr):/.test(text)) {
    if (/^...:(@[^/]*\/)?[^/@]+@/.test(text)) refuse("must name the package without a version");
    const match = compile(text);
    return { text, ofPackages: true, matches: (module) => match(module.package ?? "") };
  }
  if (/^https?:/.test(text)) {
    const match = compile(text);
    return { text, ofPackages: true, matches: ({ path }) => match(path) };
  }
  const path = text.replace(/^file:\/\/(?=\/)/, "");
  if (/^[a-z]+:/.test(path)) refuse("must be a path, or begin with npm:, jsr: or https:");
  // As in a .gitignore: a pattern without a slash matches a name in any directory.
  if (/^(\*\*\/)*[^/]+\/?$/.test(path) && !/^\.\.?\/?$/.test(path)) {
    const match = compile(`**/${path}`);
    return { text, ofPackages: false, matches: ({ shortPath }) => match(shortPath) };
  }
  const match = compile(resolve(escape(directory), path));
  return {
    text,
    ofPackages: path.split("/").includes("node_modules"),
    matches: ({ path }) => match(path),
  };
}

/** Makes a test for the paths that a pattern matches, and for all paths below them. */
function compile(pattern: string): (text: string) => boolean {
  const whole = pattern.replace(/\/$/, "");
  return picomatch(whole === "" ? ["/**"] : [whole, `${whole}/**`], {
    dot: true,
    nonegate: true,
    windows: false,
  });
}

/** Escapes a text, so that as a pattern it matches only itself. */
function escape(text: string): string {
  return text.replace(/[\\*?[\]{}()!+@|]/g, "\\$&");
}
