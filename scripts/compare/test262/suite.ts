import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** A file of the suite; test262's INTERPRETING.md describes its front matter. */
export interface Test {
  /** The path from the suite's `test/` directory. */
  path: string;
  source: string;
  flags: readonly string[];
  includes: readonly string[];
  negative: { phase: string; type: string } | undefined;
}

/** The variants of a test; each is a run. */
export type Variant = "sloppy" | "strict" | "module";

/** Finds the tests below some paths of a suite, in order. */
export function findTests(suite: string, paths: readonly string[]): string[] {
  const root = join(suite, "test");
  const found: string[] = [];
  for (const path of paths) collect(join(root, path), found);
  return found.sort().map((path) => relative(root, path));
}

function collect(path: string, found: string[]): void {
  if (!statSync(path).isDirectory()) return void found.push(path);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const { name } = entry;
    if (entry.isDirectory()) collect(join(path, name), found);
    else if (name.endsWith(".js") && !name.includes("_FIXTURE")) found.push(join(path, name));
  }
}

/** Reads a test. */
export function readTest(suite: string, path: string): Test {
  const source = readFileSync(join(suite, "test", path), "utf8");
  const matter = /\/\*---(.*?)---\*\//s.exec(source)?.[1]?.replaceAll(/\r\n?/g, "\n") ?? "";
  const phase = /^negative:.*?^\s+phase:\s*(\w+)/ms.exec(matter)?.[1];
  const type = /^negative:.*?^\s+type:\s*(\w+)/ms.exec(matter)?.[1];
  return {
    path,
    source,
    flags: list(matter, "flags"),
    includes: list(matter, "includes"),
    negative: phase && type ? { phase, type } : undefined,
  };
}

/** Reads a list in both forms of YAML: `key: [a, b]`, or one `- a` a line. */
function list(matter: string, key: string): string[] {
  const inline = new RegExp(`^${key}:\\s*\\[([^\\]]*)\\]`, "m").exec(matter)?.[1];
  const lines = new RegExp(`^${key}:\\s*\\n((?:\\s+-.*\\n?)+)`, "m").exec(matter)?.[1];
  return (inline?.split(",") ?? lines?.split(/^\s+-/m) ?? []).map((s) => s.trim()).filter(Boolean);
}

/** The runs that a test asks for. */
export function variantsOf({ flags }: Test): Variant[] {
  if (flags.includes("module")) return ["module"];
  if (flags.includes("raw") || flags.includes("noStrict")) return ["sloppy"];
  return flags.includes("onlyStrict") ? ["strict"] : ["sloppy", "strict"];
}

/** The harness files that a test needs. */
export function harnessOf({ flags, includes }: Test): string[] {
  if (flags.includes("raw")) return [];
  const done = flags.includes("async") ? ["doneprintHandle.js"] : [];
  return ["assert.js", "sta.js", ...done, ...includes];
}

/** The source text of a variant of a test. */
export function variantSource({ source }: Test, variant: Variant): string {
  return variant === "strict" ? `"use strict";\n${source}` : source;
}
