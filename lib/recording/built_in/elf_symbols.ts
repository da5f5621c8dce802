import { type ReadBytes, readElfHeader, readElfTable, viewOf } from "../../base/elf_header.ts";
import { OrderedItems } from "./ordered_items.ts";

/** A function of a program or library. */
export interface ElfSymbol {
  /** Where it begins, in the file. */
  offset: number;
  /** Bytes of it. */
  size: number;
  /** Its name. */
  name: string;
}

/** From elf(5). */
const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const SECTION_HEADER_SIZE = 64;
const SYMBOL_SIZE = 24;

interface Section {
  type: number;
  address: number;
  offset: number;
  size: number;
  link: number;
}

/**
 * Reads the functions that a 64-bit little-endian ELF file names, from both of its symbol tables.
 *
 * @param read Reads the file.
 * @returns By offset, no two at the same; none where the file is no such one, or has been stripped.
 */
export function readElfSymbols(read: ReadBytes): ElfSymbol[] {
  const sections = readSections(read);
  const symbols = new Map<number, ElfSymbol>();
  for (const section of sections) {
    if (section.type !== SHT_SYMTAB && section.type !== SHT_DYNSYM) continue;
    const names = sections[section.link];
    if (names === undefined) continue;
    for (const symbol of symbolsOf(section, { read, names, sections })) {
      const known = symbols.get(symbol.offset);
      if (known === undefined || isBetter(symbol, known)) symbols.set(symbol.offset, symbol);
    }
  }
  return [...symbols.values()].sort((a, b) => a.offset - b.offset);
}

/**
 * Has functions found by their offsets.
 *
 * @param symbols By offset.
 */
export function symbolsByOffset(symbols: readonly ElfSymbol[]): OrderedItems<ElfSymbol> {
  return new OrderedItems(symbols, ({ offset }) => offset);
}

/**
 * Finds the function at an offset.
 *
 * @param symbols Those of the file.
 * @param offset A place in the file.
 */
export function symbolAt(
  symbols: OrderedItems<ElfSymbol>,
  offset: number,
): ElfSymbol | undefined {
  const symbol = symbols.lastUpTo(offset);
  if (symbol === undefined) return undefined;
  // Hand-written code may have no size: it goes on to the next.
  return symbol.size === 0 || offset < symbol.offset + symbol.size ? symbol : undefined;
}

function readSections(read: ReadBytes): Section[] {
  const headers = readElfHeader(read)?.sections;
  if (headers === undefined || headers.offset === 0) return [];
  if (headers.entrySize !== SECTION_HEADER_SIZE) return [];
  const table = readElfTable(read, headers);
  const sections: Section[] = [];
  for (let at = 0; at + SECTION_HEADER_SIZE <= table.byteLength; at += SECTION_HEADER_SIZE) {
    sections.push({
      type: table.getUint32(at + 4, true),
      address: Number(table.getBigUint64(at + 16, true)),
      offset: Number(table.getBigUint64(at + 24, true)),
      size: Number(table.getBigUint64(at + 32, true)),
      link: table.getUint32(at + 40, true),
    });
  }
  return sections;
}

function* symbolsOf(
  { offset, size }: Section,
  { read, names, sections }: { read: ReadBytes; names: Section; sections: readonly Section[] },
): Generator<ElfSymbol> {
  const table = viewOf(read(offset, size));
  const strings = read(names.offset, names.size);
  const decoder = new TextDecoder();
  for (let at = 0; at + SYMBOL_SIZE <= table.byteLength; at += SYMBOL_SIZE) {
    const type = table.getUint8(at + 4) & 0xf;
    const section = sections[table.getUint16(at + 6, true)];
    const value = Number(table.getBigUint64(at + 8, true));
    // Undefined ones are at 0.
    if ((type !== STT_FUNC && type !== STT_GNU_IFUNC) || section === undefined || value === 0) {
      continue;
    }
    const start = table.getUint32(at, true);
    const name = decoder.decode(strings.subarray(start, strings.indexOf(0, start)));
    if (name === "") continue;
    yield {
      offset: value - section.address + section.offset,
      size: Number(table.getBigUint64(at + 16, true)),
      name,
    };
  }
}

/** Of several names for one place: one with a size, then the one that looks the least internal. */
function isBetter(a: ElfSymbol, b: ElfSymbol): boolean {
  if ((a.size > 0) !== (b.size > 0)) return a.size > 0;
  const [inA, inB] = [a, b].map(({ name }) => /^_*/.exec(name)![0].length);
  return inA !== inB ? inA! < inB! : a.name < b.name;
}
