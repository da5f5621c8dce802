import type { PendingAddress } from "./locations.ts";

/** The symbol that perf has found at an address. */
export interface FoundSymbol {
  /** As perf shows it; `[unknown]` where there is none. */
  symbol: string;
  /** The file that it is in. */
  module: string;
}

/** The options of `perf script` whose output {@linkcode readSymbols} reads. */
export const SYMBOL_ARGS: readonly string[] = [
  ...["-F", "period,ip,sym,dso", "--max-stack", "1024", "--no-inline"],
];

/** A sample begins with its period. */
const SAMPLE = /^ *(\d+) *$/;

/**
 * A frame of a sample, as `    7fbd3a94db70 _start (/usr/lib/ld.so)`. A file's name may have
 * parentheses.
 */
const FRAME = /^\s+([0-9a-f]+) (.*) \(((?:[^()]|\([^()]*\))*)\)$/;

/**
 * Reads perf's answer to a `SymbolRequest`.
 *
 * @param text The text that `perf script` prints with {@linkcode SYMBOL_ARGS}, in pieces of any
 * size.
 * @param pending The addresses that were asked for.
 * @param samples The request's samples: indices in `pending`.
 * @returns The symbol of each address, `undefined` where perf has left it out.
 */
export async function readSymbols(
  text: AsyncIterable<string>,
  pending: readonly PendingAddress[],
  samples: readonly (readonly number[])[],
): Promise<(FoundSymbol | undefined)[]> {
  const found = new Array<FoundSymbol | undefined>(pending.length).fill(undefined);
  let asked: readonly number[] = [];
  let next = 0;
  const read = (line: string) => {
    const period = SAMPLE.exec(line)?.[1];
    if (period !== undefined) {
      asked = samples[Number(period) - 1] ?? [];
      next = 0;
      return;
    }
    const [, address, symbol, module] = FRAME.exec(line) ?? [];
    if (address === undefined) return;
    // perf may leave addresses out, but it keeps their order.
    for (let i = next; i < asked.length; i++) {
      const { low, high } = pending[asked[i]!]!;
      if (hexOf(low, high) !== address) continue;
      found[asked[i]!] = { symbol: symbol!, module: module! };
      next = i + 1;
      return;
    }
  };
  let rest = "";
  for await (const piece of text) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop()!;
    for (const line of lines) read(line);
  }
  read(rest);
  return found;
}

function hexOf(low: number, high: number): string {
  return high === 0 ? low.toString(16) : `${high.toString(16)}${low.toString(16).padStart(8, "0")}`;
}
