import { defineElement, exec, slice, toNumber } from "../../base/builtins.ts";
import { host } from "../../runtime/runtime.ts";
import { sourceName } from "../../base/symbol_name.ts";
import { type CallSite, placedSite } from "./call_sites.ts";
import type { Position, TextPositions } from "../positions/text_positions.ts";

/** A module that was instrumented. */
export interface NamedModule {
  /** Its address. */
  url: string;
  /** Its name in stacks. */
  name: string;
  /**
   * Maps positions of the text that runs to the text before the edits, and to the author's text.
   */
  positions: TextPositions;
}

/** A module, and whether the runtime maps positions in stacks itself. */
interface ModuleMap extends NamedModule {
  isApplied: boolean;
}

/** The positions of all instrumented modules, for stacks that the runtime does not map itself. */
export class ModuleMaps {
  readonly #maps = new Map<string, ModuleMap>();
  #areRead: boolean | undefined;

  /**
   * Adds a module.
   *
   * @param isApplied Whether the runtime maps positions in stacks by itself.
   */
  add(module: NamedModule, isApplied: boolean): void {
    const entry = { ...module, isApplied };
    this.#maps.set(module.url, entry);
    // CommonJS modules of Node have their path for a name.
    this.#maps.set(sourceName(module.url), entry);
  }

  /** The module with an address, or with a name in stacks. */
  find(name: string): NamedModule | undefined {
    return this.#maps.get(name);
  }

  /** The modules, each once. */
  [Symbol.iterator](): Iterator<NamedModule> {
    return new Set(this.#maps.values()).values();
  }

  /**
   * Whether stacks show positions in the author's text, by the source maps that came with modules.
   */
  get areRead(): boolean {
    return this.#areRead ?? host.readsSourceMaps();
  }

  /** Fixes `areRead` at its value, so that the runtime's switch no longer changes it. */
  keepReading(): void {
    this.#areRead = this.areRead;
  }

  /** Returns the frames of a stack with the positions that they have without instrumentation. */
  place(sites: readonly CallSite[]): readonly CallSite[] {
    let placed: CallSite[] | undefined;
    for (let i = 0; i < sites.length; i++) {
      const site = this.#placeSite(sites[i]!);
      if (site === undefined) continue;
      if (placed === undefined) {
        placed = [];
        for (let j = 0; j < sites.length; j++) defineElement(placed, j, sites[j]);
      }
      placed[i] = site;
    }
    return placed ?? sites;
  }

  #placeSite(site: CallSite): CallSite | undefined {
    const file = site.getScriptNameOrSourceURL() ?? "";
    const entry = this.#maps.get(file);
    const origin = site.isEval() ? site.getEvalOrigin() : undefined;
    const evalOrigin = origin && this.#placeOrigin(origin);
    // Each question costs a call into the runtime.
    if (evalOrigin === origin && (entry === undefined || entry.isApplied)) return undefined;
    const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
    const position = entry === undefined || entry.isApplied || line === null || column === null
      ? undefined
      : this.#originalPosition(entry, { line, column });
    return position === undefined && evalOrigin === origin
      ? undefined
      : placedSite(site, { ...position, evalOrigin });
  }

  /** Maps the position of a module in `eval at f (a.js:1:2)`; it is the last one. */
  #placeOrigin(origin: string): string {
    const found = exec(ORIGIN, origin);
    const entry = found && this.#maps.get(found[1]!);
    const position = entry && this.#originalPosition(entry, {
      line: toNumber(found[2]),
      column: toNumber(found[3]),
    });
    if (!position) return origin;
    const start = found.index;
    return `${slice(origin, 0, start)}(${found[1]}:${position.line}:${position.column}${
      slice(origin, start + found[0].length - found[4]!.length)
    }`;
  }

  #originalPosition({ positions }: ModuleMap, position: Position): Position {
    // Asked each time, since a program can turn source maps on.
    return this.areRead ? positions.original(position) : positions.beforeEdits(position);
  }
}

const ORIGIN = /\(([^()]+):(\d+):(\d+)(\)+)$/;
