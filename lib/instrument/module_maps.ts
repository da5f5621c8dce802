import { defineElement, exec, slice } from "../builtins.ts";
import { sourceName } from "../symbol_name.ts";
import { type CallSite, placedSite } from "./call_sites.ts";
import { originalPositionFor, type SourceMap, TraceMap } from "./libraries.js";

/** A module's source map, and whether the runtime maps positions by it. */
interface ModuleMap {
  map: SourceMap | TraceMap;
  isApplied: boolean;
}

/** The source maps of the modules that were instrumented, for what the runtime does not map itself. */
export class ModuleMaps {
  readonly #maps = new Map<string, ModuleMap>();

  /**
   * Adds a module.
   *
   * @param url Its address.
   * @param map From the text that runs to the text that would run without us.
   * @param isApplied Whether the runtime maps positions in stacks by itself.
   */
  add(url: string, map: SourceMap, isApplied: boolean): void {
    const entry = { map, isApplied };
    this.#maps.set(url, entry);
    // CommonJS modules of Node have their path for a name.
    this.#maps.set(sourceName(url), entry);
  }

  /** The frames of a stack with the positions that they have without us. */
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
    const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
    const position = entry === undefined || entry.isApplied || line === null || column === null
      ? undefined
      : originalPosition(entry, line, column);
    return position === undefined && evalOrigin === origin
      ? undefined
      : placedSite(site, { ...position, evalOrigin });
  }

  /** `eval at f (a.js:1:2)`: the last position is that of a module. */
  #placeOrigin(origin: string): string {
    const found = exec(ORIGIN, origin);
    const entry = found && this.#maps.get(found[1]!);
    const position = entry && originalPosition(entry, Number(found[2]), Number(found[3]));
    if (!position) return origin;
    const start = found.index;
    return `${slice(origin, 0, start)}(${found[1]}:${position.line}:${position.column}${
      slice(origin, start + found[0].length - found[4]!.length)
    }`;
  }
}

const ORIGIN = /\(([^()]+):(\d+):(\d+)(\)+)$/;

function originalPosition(
  entry: ModuleMap,
  line: number,
  column: number,
): { line: number; column: number } | undefined {
  if (!(entry.map instanceof TraceMap)) entry.map = new TraceMap(entry.map);
  const position = originalPositionFor(entry.map, { line, column: column - 1 });
  return position.line === null || position.column === null
    ? undefined
    : { line: position.line, column: position.column + 1 };
}
