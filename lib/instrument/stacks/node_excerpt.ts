import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import * as modules from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";

import type { ModuleMaps, NamedModule } from "./module_maps.ts";
import type { Position } from "../positions/text_positions.ts";
import { stripTypes } from "../../source/type_stripping.ts";

/*
 * Node introduces an uncaught error with the line of the text that runs, and a mark below its column.
 * Where source maps are enabled, and the text has one, it asks that where the line comes from. So, of a
 * program that is about to end, they are enabled, and what is asked is answered here.
 */

/** What Node asks of a source map; lines and columns count from 0. */
interface AskedMap {
  findEntry(line: number, column: number): {
    originalSource?: unknown;
    originalLine?: number;
    originalColumn?: number;
  };
  payload: { sources: unknown[]; sourcesContent: string[] };
}

/** Of Node's modules, what Deno does not declare. */
const { findSourceMap } = modules as { findSourceMap?: (url: string) => AskedMap | undefined };

interface SourceMapSwitch {
  setSourceMapsEnabled?: (isEnabled: boolean) => void;
  hasUncaughtExceptionCaptureCallback?: () => boolean;
}

/**
 * Has Node show the line of an uncaught error as it is without us.
 *
 * @param maps The modules that have been instrumented.
 * @param caller The module by which native code calls functions: it throws what those have thrown.
 */
export function showOriginalLines(maps: ModuleMaps, caller: string): void {
  const { setSourceMapsEnabled } = process as SourceMapSwitch;
  if (setSourceMapsEnabled === undefined || findSourceMap === undefined) return;
  process.on("uncaughtExceptionMonitor", (error: unknown) => {
    if (isHandled() || maps.areRead) return;
    maps.keepReading();
    setSourceMapsEnabled(true);
    try {
      for (const module of maps) answer(module.url, (position) => originalLine(module, position));
      answer(caller, () => lineOfStack(maps, error));
    } catch {
      // No code can be made of strings here: Node shows what runs.
    }
  });
}

function isHandled(): boolean {
  return process.listenerCount("uncaughtException") > 0 ||
    (process as SourceMapSwitch).hasUncaughtExceptionCaptureCallback?.() === true;
}

/** A line of a module's text. */
interface ShownLine extends Position {
  /** The module as Node calls it. */
  name: string;
  /** Its text. */
  text: string;
}

/** Answers what Node asks of a module's source map. */
function answer(url: string, lineAt: (position: Position) => ShownLine | undefined): void {
  // This is how code that is made while a program runs gets a source map.
  new Function(`//# sourceMappingURL=${NO_MAP}\n//# sourceURL=${url}`);
  const map = findSourceMap!(url);
  if (map === undefined) return;
  map.findEntry = (line, column) => {
    const shown = lineAt({ line: line + 1, column: column + 1 });
    if (shown === undefined) return {};
    const originalSource = new ShownName(shown.name);
    const payload = { sources: [originalSource], sourcesContent: [shown.text] };
    Object.defineProperty(map, "payload", { value: payload });
    return { originalSource, originalLine: shown.line - 1, originalColumn: shown.column - 1 };
  };
}

const NO_MAP = `data:application/json;base64,${
  Buffer.from('{"version":3,"sources":[],"names":[],"mappings":""}').toString("base64")
}`;

/** Node asks whether a name is a URL, of which it shows the path, and then shows it. */
class ShownName {
  readonly #name: string;
  #isAsked = false;

  constructor(name: string) {
    this.#name = name;
  }

  toString(): string {
    if (this.#isAsked) return this.#name;
    this.#isAsked = true;
    return "";
  }
}

function originalLine({ url, name, positions }: NamedModule, position: Position): ShownLine {
  return { name, text: readModule(url), ...positions.beforeEdits(position) };
}

/** A module's text as it runs without us. */
function readModule(url: string): string {
  const text = readFileSync(fileURLToPath(url), "utf8");
  return /\.[cm]?ts$/.test(url) ? stripTypes(text, url) ?? text : text;
}

/** The line that the innermost frame of an error is in. */
function lineOfStack(maps: ModuleMaps, error: unknown): ShownLine | undefined {
  const found = FRAME.exec(String((error as Error | undefined)?.stack));
  const [, name, line, column] = found ?? [];
  const module = name === undefined ? undefined : maps.find(name);
  if (module === undefined) return undefined;
  const position = { line: Number(line), column: Number(column) };
  const text = readModule(module.url);
  const before = text.split("\n")[position.line - 1]?.slice(0, position.column - 1) ?? "";
  // An error is mostly thrown where it is made, and then it is the statement that is shown.
  const statement = THROW.exec(before);
  return {
    name: module.name,
    text,
    ...position,
    column: statement === null ? position.column : statement.index + 1,
  };
}

const FRAME = /^ +at (?:.*\()?(.+):(\d+):(\d+)\)?$/m;

const THROW = /\bthrow\s+$/;
