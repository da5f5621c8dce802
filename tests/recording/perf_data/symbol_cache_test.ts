import { deepEqual, equal } from "node:assert/strict";

import type { PendingAddress } from "../../../lib/recording/perf_data/locations.ts";
import { SymbolCache } from "../../../lib/recording/perf_data/symbol_cache.ts";
import type { FoundSymbol } from "../../../lib/recording/perf_data/symbols.ts";

const at = (low: number, pid = 1, isKernel = false): PendingAddress => ({
  ...{ location: 0, time: 0, high: 0 },
  ...{ low, pid, isKernel },
});

/** Looks up `f<address>` in a library; nothing at address 9. */
class Perf {
  readonly asked: number[][] = [];
  module = "/lib/x.so";

  readonly lookUp = async (
    missing: readonly PendingAddress[],
  ): Promise<(FoundSymbol | undefined)[]> => {
    this.asked.push(missing.map(({ low }) => low));
    await Promise.resolve();
    return missing.map(({ low }) => ({
      symbol: low === 9 ? "[unknown]" : `f${low}`,
      module: this.module,
    }));
  };
}

const namesOf = (found: (FoundSymbol | undefined)[]) => found.map((one) => one?.symbol);

Deno.test("SymbolCache looks addresses up once, while the caller goes on", async () => {
  const [cache, perf] = [new SymbolCache(), new Perf()];
  deepEqual(namesOf(cache.find([at(1), at(9)], perf.lookUp)), [undefined, undefined]);
  // A second look-up does not begin while the first is under way.
  cache.find([at(2)], perf.lookUp);
  await cache.settled();
  deepEqual(namesOf(cache.find([at(9), at(1)], perf.lookUp)), ["[unknown]", "f1"]);
  deepEqual(perf.asked, [[1, 9]]);
});

Deno.test("SymbolCache knows processes apart, and one kernel", async () => {
  const [cache, perf] = [new SymbolCache(), new Perf()];
  cache.find([at(1), at(2, 1, true)], perf.lookUp);
  await cache.settled();
  deepEqual(
    namesOf(cache.find([at(1, 2), at(2, 2, true)], perf.lookUp)),
    [undefined, "f2"],
  );
  await cache.settled();
});

Deno.test("SymbolCache asks again for code that has no name yet, and where perf fails", async () => {
  const [cache, perf] = [new SymbolCache(), new Perf()];
  perf.module = "/tmp/perf-1.map";
  cache.find([at(9)], perf.lookUp);
  await cache.settled();
  deepEqual(namesOf(cache.find([at(9)], perf.lookUp)), [undefined]);
  await cache.settled();
  const failing = new SymbolCache();
  failing.find([at(1)], () => Promise.reject(new Error("no perf")));
  await failing.settled();
  equal(failing.find([at(1)], perf.lookUp)[0], undefined);
  await failing.settled();
});

Deno.test("findAll() waits for the symbols that it does not know", async () => {
  const [cache, perf] = [new SymbolCache({ waits: true }), new Perf()];
  deepEqual(namesOf(await cache.findAll([at(1), at(9)], perf.lookUp)), ["f1", "[unknown]"]);
  deepEqual(namesOf(await cache.findAll([at(1), at(2)], perf.lookUp)), ["f1", "f2"]);
  deepEqual(perf.asked, [[1, 9], [2]]);
});

Deno.test("findAll() asks again where another program is at the address", async () => {
  const [cache, perf] = [new SymbolCache({ waits: true }), new Perf()];
  const mapping = { start: 0x1000, end: 0x9000, offset: 0, path: "/usr/bin/sh" };
  for (const path of ["/usr/bin/sh", "/usr/bin/node", "/usr/bin/sh"]) {
    await cache.findAll([{ ...at(1), mapping: { ...mapping, path } }], perf.lookUp);
  }
  deepEqual(perf.asked, [[1], [1]]);
});
