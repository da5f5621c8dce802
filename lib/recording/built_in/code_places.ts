import type { ReadBytes } from "../../base/elf_header.ts";
import { type MemoryMapping, parseMemoryMaps } from "../../runtime/memory_maps.ts";
import { perfMapPath } from "../../backends/perf_map/perf_map.ts";
import { type PerfMapEntry, readPerfMapEntries } from "../../backends/perf_map/perf_map_entries.ts";
import { type ElfSymbol, readElfSymbols, symbolAt, symbolsByOffset } from "./elf_symbols.ts";
import { OrderedItems } from "./ordered_items.ts";

/** The symbol and the module of an address. */
export interface Place {
  /** The function's symbol; empty where there is none. */
  symbol: string;
  /** The program, library or map that it is in. */
  module: string;
}

/** Finds symbols and modules for the addresses of one process. */
export class CodePlaces {
  readonly #mappings: readonly MemoryMapping[];
  readonly #entries: OrderedItems<PerfMapEntry>;
  readonly #generated: string;
  readonly #open: (path: string) => ReadBytes | undefined;
  readonly #symbols = new Map<string, OrderedItems<ElfSymbol>>();

  /**
   * @param process The process: its number, its memory maps, the oldest first, and its perf map.
   * @param open Reads a program or library; `undefined` where it cannot be read any more.
   */
  constructor(
    { pid, maps, map }: { pid: number; maps: readonly string[]; map: string },
    open: (path: string) => ReadBytes | undefined,
  ) {
    // Of several mappings at one address the newest counts.
    this.#mappings = maps.toReversed().flatMap(parseMemoryMaps);
    this.#entries = new OrderedItems(readPerfMapEntries(map), ({ start }) => start);
    this.#generated = perfMapPath(pid);
    this.#open = open;
  }

  /** Finds the symbol and the module of an address. */
  at(address: number): Place {
    const at = BigInt(Math.trunc(address));
    const mapping = this.#mappings.find(({ start, end }) => start <= at && at < end);
    // Memory without a file holds generated code.
    if (mapping === undefined) {
      return { symbol: entryAt(this.#entries, address)?.name ?? "", module: this.#generated };
    }
    const offset = Number(at - mapping.start + mapping.offset);
    const symbol = symbolAt(this.#symbolsOf(mapping.path), offset);
    return { symbol: symbol?.name ?? "", module: mapping.path };
  }

  #symbolsOf(path: string): OrderedItems<ElfSymbol> {
    let symbols = this.#symbols.get(path);
    if (symbols === undefined) {
      const read = path.startsWith("/") ? this.#open(path) : undefined;
      symbols = symbolsByOffset(read === undefined ? [] : readElfSymbols(read));
      this.#symbols.set(path, symbols);
    }
    return symbols;
  }
}

function entryAt(
  entries: OrderedItems<PerfMapEntry>,
  address: number,
): PerfMapEntry | undefined {
  const entry = entries.lastUpTo(address);
  return entry !== undefined && address < entry.end ? entry : undefined;
}
