import { deepEqual, equal } from "node:assert/strict";

import type { SourceKind } from "../../lib/source/syntax_tree.ts";
import { DeclaringEngine, ENGINES } from "./engines.ts";
import {
  calledNames,
  importModule,
  instrument,
  type Instrumented,
  runCommonJs,
} from "./instrumented.ts";

/** An instrumented text, and the name of the way. */
interface Way extends Instrumented {
  how: string;
}

/** A text instrumented without trampolines, with those of every engine, and switched off. */
export function* ways(text: string, kind: SourceKind = "module"): Generator<Way> {
  yield { how: "no engine", ...instrument(text, { kind }) };
  for (const name of ENGINES) {
    yield { how: name, ...instrument(text, { kind, engine: new DeclaringEngine(name).engine }) };
  }
  const off = { how: "off", ...instrument(text, { kind }) };
  off.runtime.turn(false);
  yield off;
}

/**
 * Runs a module plainly and in every way, and checks that its exports are the same.
 *
 * @returns The names of the functions that were called inside their trampolines, without the
 * module's.
 */
export async function sameInEveryWay(text: string, kind: SourceKind = "module"): Promise<string[]> {
  const run = async (source: string) =>
    comparable(kind === "commonjs" ? runCommonJs(source) : await importModule(source));
  const plain = await run(text);
  let names: string[] | undefined;
  for (const way of ways(text, kind)) {
    equal(await run(way.source), plain, way.how);
    const called = calledNames(way).filter((name) => name !== "<module>");
    if (way.how === "off") deepEqual(called, []);
    else deepEqual(called, names ??= called, way.how);
  }
  return names!;
}

function comparable(exports: unknown): string {
  return JSON.stringify(exports, (_, value) => {
    if (typeof value === "function") return `${value.name}()`;
    if (value instanceof Error) return String(value);
    return typeof value === "symbol" || value === undefined ? String(value) : value;
  });
}
