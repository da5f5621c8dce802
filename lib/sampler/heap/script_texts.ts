import type { HeapFunction, HeapScript } from "../../recording/heap/heap_file.ts";
import { scriptFileText, type TextPlace } from "../../recording/heap/script_file.ts";
import { sourceName } from "../../base/symbol_name.ts";
import { LineStarts } from "../../source/line_starts.ts";
import { isOwnFile } from "../../source/own_module.ts";
import type { HeapSession } from "./heap_session.ts";
import type { HeapTally, TalliedScript } from "./heap_tally.ts";

/** URLs of the runtime's own scripts, whose functions keep V8's names. */
const RUNTIMES = /^(?:node|ext):/;

/** Matches the URL of a module that runtimes hand to V8 as its file has it. */
const JAVASCRIPT = /\.[cm]?js$/;

/** The most characters between the name of a function and its parameters. */
const NEAR = 300;

/**
 * Finds the texts of scripts. V8 gives them only while its debugger is enabled, and enabling it takes
 * 0.05 s in an empty program of Deno, and 0.2 s in TypeScript's compiler, whose text takes 0.1 s
 * more. So a script whose file has the text that V8 ran is left to the command, which reads the file
 * after the program has ended.
 */
export class ScriptTexts {
  readonly #session: Pick<HeapSession, "call">;
  readonly #denoCache: string;
  readonly #found = new Map<string, Pick<HeapScript, "text" | "textIn">>();

  /**
   * @param session Calls V8.
   * @param denoCache Deno's cache directory.
   */
  constructor(session: Pick<HeapSession, "call">, denoCache: string) {
    this.#session = session;
    this.#denoCache = denoCache;
  }

  /** The scripts of a tally, with their texts. */
  of({ scripts, functions }: Pick<HeapTally, "scripts" | "functions">): HeapScript[] {
    const asked: TalliedScript[] = [];
    for (const [i, script] of scripts.entries()) {
      const { id, url } = script;
      if (this.#found.has(id) || RUNTIMES.test(url) || isOwnFile(sourceName(url))) continue;
      const textIn = this.#placeOf(url, functions.filter((fn) => fn.script === i));
      if (textIn === undefined) asked.push(script);
      else this.#found.set(id, { textIn });
    }
    if (asked.length > 0) this.#ask(asked);
    return scripts.map(({ id, url }) => ({ url, ...this.#found.get(id) }));
  }

  #placeOf(url: string, functions: readonly HeapFunction[]): TextPlace | undefined {
    const place = JAVASCRIPT.test(url) ? "file" : "emit";
    const text = scriptFileText(url, place, this.#denoCache);
    return text !== undefined && hasFunctions(text, functions) ? place : undefined;
  }

  #ask(scripts: readonly TalliedScript[]): void {
    this.#session.call("Debugger.enable");
    try {
      for (const { id } of scripts) this.#found.set(id, { text: this.#textOf(id) });
    } finally {
      this.#session.call("Debugger.disable");
    }
  }

  #textOf(scriptId: string): string {
    try {
      const { scriptSource } = this.#session.call<{ scriptSource: string }>(
        "Debugger.getScriptSource",
        { scriptId },
      );
      return scriptSource;
    } catch {
      // The script has been collected.
      return "";
    }
  }
}

/**
 * Whether functions begin in a text where V8 says, near their names. Where a hook of the program's
 * has changed the text of a module, some do not.
 */
export function hasFunctions(text: string, functions: readonly HeapFunction[]): boolean {
  const { offsets } = new LineStarts(text);
  return functions.every(({ name, line, column }) => {
    if (line === 0 && column === 0 && name === "") return true;
    const start = (offsets[line] ?? Infinity) + column;
    // An arrow function with one parameter begins with its name; all others with a parenthesis.
    const begins = text[start] === "(" ||
      /^[^\p{ID_Continue}$]?[\p{ID_Start}$_]/u.test(text.slice(start - 1, start + 1));
    if (!begins) return false;
    const before = text.slice(Math.max(0, start - NEAR), start);
    const word = /[\p{ID_Continue}$]*$/u.exec(name)![0];
    return before.includes(word) || /\bconstructor\s*$/.test(before) ||
      text.startsWith("class", start);
  });
}
