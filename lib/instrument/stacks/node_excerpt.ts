import { Buffer } from "node:buffer";
import * as modules from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { readFileSync } from "../../base/file_system.ts";
import type { ModuleMaps, NamedModule } from "./module_maps.ts";
import type { Position } from "../positions/text_positions.ts";
import { stripTypes } from "../../source/type_stripping.ts";

/*
 * Node prints the source line in front of an uncaught error: the line of the text that runs, with a
 * mark below the column. If source maps are enabled and the text has one, Node looks the line up in
 * the map. So when an error is about to end the program, this module enables source maps and
 * answers these look-ups itself.
 */

/** The parts of a source map that Node uses; lines and columns count from 0. */
interface AskedMap {
  findEntry(line: number, column: number): {
    originalSource?: unknown;
    originalLine?: number;
    originalColumn?: number;
  };
  payload: { sources: unknown[]; sourcesContent: string[] };
}

/** A function of `node:module` that Deno's types do not declare. */
const { findSourceMap } = modules as { findSourceMap?: (url: string) => AskedMap | undefined };

interface SourceMapSwitch {
  setSourceMapsEnabled?: (isEnabled: boolean) => void;
  hasUncaughtExceptionCaptureCallback?: () => boolean;
}

/**
 * Has Node show the line of an uncaught error as it is without instrumentation.
 *
 * @param maps The modules that have been instrumented.
 * @param caller The module through which the C library calls functions; Node takes it for the place
 * where their errors were thrown.
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
      // The program forbids code from strings, so Node shows the text that runs.
    }
  });
}

function isHandled(): boolean {
  return process.listenerCount("uncaughtException") > 0 ||
    (process as SourceMapSwitch).hasUncaughtExceptionCaptureCallback?.() === true;
}

/** A line of a module's text. */
interface ShownLine extends Position {
  /** The name of the module in Node's output. */
  name: string;
  /** Its text. */
  text: string;
}

/** Replaces the look-ups of Node in a module's source map. */
function answer(url: string, lineAt: (position: Position) => ShownLine | undefined): void {
  // Node reads a source map of code that is made from a string, so this gives the URL one.
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

/**
 * A name that Node shows as it is. Node converts it to text twice: first to see whether it is a
 * URL, of which Node would show the path, then to show it.
 */
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

/** Reads a module's text as it runs without instrumentation. */
function readModule(url: string): string {
  const text = readFileSync(fileURLToPath(url), "utf8");
  return /\.[cm]?ts$/.test(url) ? stripTypes(text, url) ?? text : text;
}

/** Finds the source line of an error's innermost frame. */
function lineOfStack(maps: ModuleMaps, error: unknown): ShownLine | undefined {
  const found = FRAME.exec(String((error as Error | undefined)?.stack));
  const [, name, line, column] = found ?? [];
  const module = name === undefined ? undefined : maps.find(name);
  if (module === undefined) return undefined;
  const position = { line: Number(line), column: Number(column) };
  const text = readModule(module.url);
  const before = text.split("\n")[position.line - 1]?.slice(0, position.column - 1) ?? "";
  // Most errors are thrown where they are made, and then Node marks the `throw` statement.
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
