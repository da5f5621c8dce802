import { deepEqual, equal, match, ok } from "node:assert/strict";

import type { PushOutcome } from "../../lib/push/push_outcome.ts";
import { PushQueue, type PushQueueOptions } from "../../lib/push/push_queue.ts";

const LATER: PushOutcome = { kind: "later", reason: "status 503", after: undefined };
const TAKEN: PushOutcome = { kind: "taken" };

/** A queue, the bodies that were sent, and what was said. */
function queueOf(
  outcomes: (attempt: number) => PushOutcome | Promise<PushOutcome>,
  options: Partial<PushQueueOptions> = {},
) {
  const sent: number[] = [];
  const said: string[] = [];
  const queue = new PushQueue({
    name: "engine",
    send: async (body) => {
      sent.push(body[0]!);
      return await outcomes(sent.length);
    },
    onProblem: (message) => said.push(message),
    random: () => 0,
    ...options,
  });
  return { queue, sent, said };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; !isSo(); i++) {
    if (i > 2000) throw new Error("It never is so");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("add() sends windows one after the other, in their order", async () => {
  const { queue, sent, said } = queueOf(() => TAKEN);
  for (const n of [1, 2, 3]) queue.add(Uint8Array.of(n));
  await queue.flush(1000);
  deepEqual([sent, said, queue.lost, queue.length], [[1, 2, 3], [], 0, 0]);
});

Deno.test("add() retries what the target takes later, says so once, and loses nothing", async () => {
  const { queue, sent, said } = queueOf((attempt) => attempt < 3 ? LATER : TAKEN);
  queue.add(Uint8Array.of(1));
  queue.add(Uint8Array.of(2));
  await queue.flush(5000);
  deepEqual(sent, [1, 1, 1, 2]);
  equal(said.length, 1);
  match(said[0]!, /^Cannot push profiles to engine: status 503; they wait and are sent later$/);
  equal(queue.lost, 0);
});

Deno.test("add() waits before a retry", async () => {
  const times: number[] = [];
  const { queue } = queueOf(() => {
    times.push(performance.now());
    return times.length < 2 ? LATER : TAKEN;
  });
  queue.add(Uint8Array.of(1));
  await until(() => queue.length === 0);
  // Half a second at least: the first pause is a second, and half of it is chance.
  ok(times[1]! - times[0]! > 400, `${times[1]! - times[0]!} ms`);
});

Deno.test("add() drops the oldest where too many wait, and says so once", async () => {
  let release = () => {};
  const blocked = new Promise<void>((resolve) => release = resolve);
  const { queue, sent, said } = queueOf(async () => {
    await blocked;
    return TAKEN;
  }, { most: 3 });
  for (const n of [1, 2, 3, 4, 5, 6]) queue.add(Uint8Array.of(n));
  equal(queue.length, 3);
  equal(queue.lost, 3);
  release();
  await queue.flush(1000);
  // The first was under way when it was dropped.
  deepEqual(sent, [1, 4, 5, 6]);
  deepEqual(said, ["the oldest profiles are dropped: more than 3 wait for engine"]);
});

Deno.test("add() bounds the bytes that wait", () => {
  const { queue } = queueOf(() => new Promise(() => {}), { mostBytes: 100 });
  for (let n = 0; n < 10; n++) queue.add(new Uint8Array(40));
  equal(queue.length, 2);
});

Deno.test("add() drops what the target refuses, and goes on with the next", async () => {
  const { queue, sent, said } = queueOf((attempt) =>
    attempt < 3 ? { kind: "refused", reason: "status 400, bad" } : TAKEN
  );
  for (const n of [1, 2, 3]) queue.add(Uint8Array.of(n));
  await queue.flush(1000);
  deepEqual(sent, [1, 2, 3]);
  deepEqual(said, ["Cannot push profiles to engine: status 400, bad"]);
  equal(queue.lost, 2);
});

Deno.test("flush() ends in time where the target hangs, and says what is lost", async () => {
  const { queue, said } = queueOf(() => new Promise(() => {}));
  queue.add(Uint8Array.of(1));
  queue.add(Uint8Array.of(2));
  const start = performance.now();
  await queue.flush(300);
  ok(performance.now() - start < 3000);
  deepEqual(said, ["the last 2 profiles were not sent"]);
  equal(queue.lost, 2);
});

Deno.test("flush() does not wait for the pause of a retry", async () => {
  const { queue } = queueOf((attempt) =>
    attempt === 1 ? { ...LATER, after: 60_000 } as PushOutcome : TAKEN
  );
  queue.add(Uint8Array.of(1));
  await until(() => queue.length === 1);
  await queue.flush(5000);
  deepEqual([queue.length, queue.lost], [0, 0]);
});
