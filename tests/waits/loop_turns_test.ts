import { equal, ok } from "node:assert/strict";

import { LoopTurns } from "../../lib/waits/loop_turns.ts";

const nanoseconds = () => 1e6 * performance.now();

Deno.test("LoopTurns knows that a loop that slept has just taken an answer", async () => {
  const turns = new LoopTurns(nanoseconds);
  const since = nanoseconds();
  turns.onReturn();
  await new Promise((resolve) => setTimeout(resolve, 50));
  turns.onCall();
  const now = nanoseconds();
  const { earliest, latest } = turns.arrival(since, now);
  ok(latest <= now && now - latest < 20e6, `${now - latest}`);
  equal(earliest, latest);
  // An answer in the same turn has bounds that are its start and its end.
  const later = nanoseconds();
  const inTurn = turns.arrival(now, later);
  equal(inTurn.earliest, now);
  equal(inTurn.latest, later);
  turns[Symbol.dispose]();
});

Deno.test("LoopTurns bounds an answer by the turns of a loop that was busy", async () => {
  const turns = new LoopTurns(nanoseconds);
  const since = nanoseconds();
  const busy = (ms: number) => {
    for (const end = performance.now() + ms; performance.now() < end;);
  };
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setTimeout(resolve));
    turns.onCall();
    busy(20);
    turns.onReturn();
  }
  const now = nanoseconds();
  const { earliest, latest } = turns.arrival(since, now);
  ok(since <= earliest && earliest <= latest && latest <= now);
  ok(now - earliest >= 19e6, `${now - earliest}`);
  turns[Symbol.dispose]();
});
