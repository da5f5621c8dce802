/*
 * Finding the code that V8 has made of a function, in this process, from inside a call of it.
 */
import { equal, notEqual, ok } from "node:assert/strict";

import { loadNativeLibrary } from "../lib/native_library.ts";
import { OwnCode, type Sight } from "../lib/own_code.ts";
import type { V8Code } from "../lib/v8_code.ts";

/** How long V8 may take to compile a function, in milliseconds: on a busy machine its thread waits. */
const PATIENCE = 30_000;

/** Calls of a function, of which one in so many asks for its code. */
const INTERVAL = 2000;

/** How often in a row the answer has to be the same. */
const ENOUGH = 20;

const own = new OwnCode(loadNativeLibrary());

/** What stands in functions so that they are inlined nowhere. */
const PADDING = "if (never) [,,,,,,,,,,,,,,,,] = 0;";

type Ask = (found: V8Code | undefined) => void;
type Probe = (count: number, ask: Ask) => number;

/** How a function asks for its own code: by itself, or by a body that is called in between. */
const BY_ITSELF = "find(7, asks)";
const BY_BODY = "run(7, () => i)";

/** A loop that calls a function, which asks for its own code now and then. */
function probe(padding = "", how = BY_ITSELF): Probe {
  return new Function(
    "find",
    "findAround",
    "never",
    `
    let sum = 0;
    function run(id, body) { body(); return findAround(id, body); }
    function asks(i, ask) { ${padding} if (i % ${INTERVAL} === 0) ask(${how}); return sum += i; }
    return function loop(count, ask) { for (let i = 1; i <= count; i++) asks(i, ask); return sum; };
  `,
  )(
    (id: number, fn: unknown) => own.find(id, fn, undefined)?.code,
    (id: number, body: unknown) => own.findAround(id, body, undefined)?.code,
    false,
  ) as Probe;
}

/** How long V8 has in any case, in milliseconds. */
const LEAST = 300;

/** Calls until so many answers in a row were as they should be: the last one. */
function callUntil(loop: Probe, isAnswer: (found: V8Code | undefined) => boolean) {
  let [inARow, last] = [0, undefined as V8Code | undefined];
  const start = performance.now();
  while (performance.now() < start + PATIENCE) {
    loop(INTERVAL * ENOUGH, (found) => {
      inARow = isAnswer(found) ? inARow + 1 : 0;
      last = found;
    });
    if (inARow >= ENOUGH && performance.now() > start + LEAST) return last;
  }
  throw new Error(`No answer as it should be in ${PATIENCE} ms`);
}

for (const [name, how] of [["find", BY_ITSELF], ["findAround", BY_BODY]] as const) {
  Deno.test(`OwnCode.${name}() finds the code of a function that is inlined nowhere`, () => {
    const codes = [probe(PADDING, how), probe(PADDING, how)].map((loop) =>
      callUntil(loop, (found) => found !== undefined)!
    );
    for (const { size, byV8 } of codes) ok(size > 64 && byV8);
    notEqual(codes[0]!.address, codes[1]!.address);
  });
}

Deno.test("OwnCode.findAround() finds the same code as OwnCode.find()", () => {
  const found = new Set<string>();
  const both = new Function(
    "find",
    "findAround",
    "never",
    `
    let sum = 0;
    function run(id, body) { return findAround(id, body); }
    return function asks(i) { ${PADDING} return i % ${INTERVAL} === 0 ? [find(7, asks), run(7, () => i)] : sum += i; };
  `,
  )(
    (id: number, fn: unknown) => own.find(id, fn, undefined),
    (id: number, body: unknown) => own.findAround(id, body, undefined),
    false,
  ) as (i: number) => [Sight, Sight];
  const end = performance.now() + LEAST;
  for (let i = 1; performance.now() < end; i++) {
    const sights = both(i);
    if (i % INTERVAL !== 0) continue;
    equal(sights[0].code?.address, sights[1].code?.address);
    found.add(String(sights[0].code?.address));
  }
  ok(found.size > 1, `${[...found]}`);
});

Deno.test("OwnCode.find() finds no code of a function that V8 has inlined into another", () => {
  equal(callUntil(probe(), (found) => found === undefined), undefined);
});

/** Not called often enough to be compiled. */
function asks(fn: unknown, last?: Sight): Sight | undefined {
  return own.find(7, fn, last);
}

Deno.test("OwnCode.find() sees where a function is that has not been compiled, and that it is none of another", () => {
  const sight = asks(asks)!;
  equal(sight.code, undefined);
  ok(sight.returnAddress > 0);
  equal(asks(() => {}), undefined);
});

Deno.test("OwnCode.find() takes what it saw the last time where nothing has changed", () => {
  const last = asks(asks)!;
  last.code = { address: 64, size: 64, byV8: true };
  equal(asks(asks, last), last);
  const other = asks(asks, { ...last, returnAddress: 1 });
  notEqual(other, last);
  equal(other!.code, undefined);
});
