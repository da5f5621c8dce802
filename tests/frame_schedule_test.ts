import { deepEqual, equal, ok, throws } from "node:assert/strict";

import {
  EACH_CALL,
  FrameSchedule,
  HANDS_BODY,
  LEAF,
  NEVER_INLINED,
} from "../lib/frame_schedule.ts";
import type { CodeExtent } from "../lib/engine.ts";
import type { Sight } from "../lib/own_code.ts";

/** A schedule of functions, whose code and whose time the test sets. */
class Scheduled {
  readonly declared: { id: number; code: CodeExtent }[] = [];
  /** What was looked for. */
  readonly looks: { id: number; isBody: boolean }[] = [];
  /** What is seen of each function; `undefined` where it is not its own. */
  readonly code: (Sight | undefined)[] = [];
  now = 0;
  readonly schedule = new FrameSchedule({
    find: (id, _fn, isBody) => {
      this.looks.push({ id, isBody });
      return this.code[id];
    },
    declare: (id, code) => {
      this.onDeclare();
      this.declared.push({ id, code });
    },
    now: () => this.now,
  });

  /** Called before code gets its name. */
  onDeclare: () => void = () => {};
  readonly #isTimed = new Set<number>();

  constructor(...kinds: number[]) {
    this.schedule.add(0, kinds);
  }

  /** Calls a function as its guard does: whether it has a frame. */
  call(id = 0): boolean {
    const { left } = this.schedule;
    return left[id] === 0 || --left[id]! === 0 && this.schedule.check(id, undefined) === 1;
  }

  /** How many of so many calls have frames. */
  framesOf(calls: number, id = 0): number {
    let frames = 0;
    for (let i = 0; i < calls; i++) if (this.call(id)) frames++;
    return frames;
  }

  /** How many calls there are from now to the next check, inclusive. */
  interval(id = 0): number {
    return this.schedule.left[id]!;
  }

  /** Tells of a function that it is called often, as an engine does after its first calls. */
  ask(id = 0): void {
    // The first time tells how long its calls take.
    if (!this.#isTimed.has(id)) ok(this.schedule.ask(id) > 0);
    this.#isTimed.add(id);
    ok(this.schedule.ask(id) > 0);
  }

  /** Has it go without frames. */
  settle(id = 0): void {
    this.code[id] ??= code(0x1000 * (id + 1));
    this.ask(id);
    equal(this.call(id), false);
  }
}

function code(address: number, size = 256): Sight {
  return { returnAddress: address + 100, code: { address, size, byV8: true } };
}

Deno.test("FrameSchedule gives a frame to each call, and to one of eight calls of a leaf", () => {
  const scheduled = new Scheduled(EACH_CALL, LEAF, NEVER_INLINED, LEAF | NEVER_INLINED);
  equal(scheduled.framesOf(1000, 0), 1000);
  equal(scheduled.framesOf(1000, 2), 1000);
  for (const leaf of [1, 3]) {
    ok(scheduled.call(leaf), "the first one has");
    const frames = scheduled.framesOf(85_000, leaf);
    ok(frames > 9_500 && frames < 10_500, `${frames}`);
  }
});

Deno.test("FrameSchedule gives frames to a leaf's calls in no fixed turn", () => {
  const { schedule } = new Scheduled(LEAF);
  const gaps = new Set<number>();
  for (let i = 0; i < 1000; i++) {
    schedule.check(0, undefined);
    gaps.add(schedule.left[0]!);
  }
  deepEqual([...gaps].toSorted((a, b) => a - b), Array.from({ length: 16 }, (_, i) => i + 1));
});

Deno.test("FrameSchedule lets go without frames whose code it has found and named", () => {
  for (const kind of [NEVER_INLINED, LEAF | NEVER_INLINED]) {
    const scheduled = new Scheduled(kind);
    scheduled.settle();
    equal(scheduled.framesOf(100_000), 0);
    deepEqual(scheduled.declared, [{ id: 0, code: scheduled.code[0]!.code }]);
  }
});

Deno.test("FrameSchedule leaves frames to what V8 can inline, and to what asks in vain", () => {
  const scheduled = new Scheduled(EACH_CALL, LEAF, NEVER_INLINED);
  equal(scheduled.schedule.ask(0), 0);
  equal(scheduled.schedule.ask(1), 0);
  // Not compiled, not its own, not its own again.
  for (const sight of [{ returnAddress: 1, code: undefined }, undefined, undefined]) {
    scheduled.code[2] = sight;
    scheduled.ask(2);
    equal(scheduled.framesOf(1000, 2), 1000);
  }
  deepEqual(scheduled.declared, []);
});

Deno.test("FrameSchedule leaves frames to functions that take long, and asks those more often that take shorter", () => {
  for (
    const [elapsed, interval, isAsked] of [[5, 1024, true], [50, 256, true], [500, 256, false]]
  ) {
    const other = new Scheduled(NEVER_INLINED);
    other.schedule.ask(0);
    equal(other.call(), true);
    other.now += Number(elapsed);
    equal(other.schedule.ask(0), interval);
    equal(other.interval() === 1, isAsked);
  }
});

Deno.test("FrameSchedule has each function check once, early, without looking for its code", () => {
  for (const kind of [NEVER_INLINED, NEVER_INLINED | HANDS_BODY]) {
    const scheduled = new Scheduled(kind);
    scheduled.schedule.ask(0);
    equal(scheduled.interval(), 1);
    equal(scheduled.framesOf(100), 100);
    deepEqual(scheduled.looks, []);
  }
});

Deno.test("FrameSchedule looks around the body of what hands one over, and for any other function itself", () => {
  const scheduled = new Scheduled(NEVER_INLINED, NEVER_INLINED | HANDS_BODY);
  for (const id of [0, 1]) scheduled.settle(id);
  deepEqual(scheduled.looks, [{ id: 0, isBody: false }, { id: 1, isBody: true }]);
});

Deno.test("FrameSchedule asks no further where nothing ever checks", () => {
  const { schedule } = new Scheduled(NEVER_INLINED);
  deepEqual([1, 2, 3].map(() => schedule.ask(0)), [256, 1024, 0]);
});

Deno.test("FrameSchedule looks for code again at ever longer intervals, and sooner where they take long", () => {
  const scheduled = new Scheduled(NEVER_INLINED);
  scheduled.settle();
  const intervals = [];
  for (let i = 0; i < 8; i++) {
    intervals.push(scheduled.interval());
    equal(scheduled.framesOf(scheduled.interval()), 0);
  }
  deepEqual(intervals, [64, 128, 256, 512, 1024, 2048, 4096, 4096]);
  for (let i = 0; i < 30; i++) {
    scheduled.now += 1000;
    scheduled.framesOf(scheduled.interval());
  }
  equal(scheduled.interval(), 1);
});

Deno.test("FrameSchedule looks for all code anew that it has not seen for 100 ms, when anybody calls", () => {
  const scheduled = new Scheduled(NEVER_INLINED, NEVER_INLINED, NEVER_INLINED);
  for (const id of [0, 1]) scheduled.settle(id);
  scheduled.framesOf(10_000, 0);
  ok(scheduled.interval(0) > 100);
  scheduled.now += 60;
  scheduled.framesOf(100, 1);
  ok(scheduled.interval(0) > 100);
  scheduled.now += 60;
  scheduled.schedule.ask(2);
  equal(scheduled.interval(0), 1);
});

Deno.test("FrameSchedule names code that has moved, once", () => {
  const scheduled = new Scheduled(NEVER_INLINED);
  scheduled.settle();
  const [first, second] = [scheduled.code[0]!, code(0x8000)];
  for (const moved of [second, { ...first }, { ...second }]) {
    scheduled.code[0] = moved;
    equal(scheduled.framesOf(100_000), 0);
  }
  deepEqual(scheduled.declared.map(({ code }) => code), [first.code, second.code]);
});

Deno.test("FrameSchedule gives frames again where code is not found twice in a row", () => {
  const scheduled = new Scheduled(NEVER_INLINED);
  scheduled.settle();
  const known = scheduled.code[0];
  scheduled.framesOf(scheduled.interval() - 1);
  scheduled.code[0] = undefined;
  equal(scheduled.call(), false);
  scheduled.code[0] = known;
  equal(scheduled.framesOf(1000), 0);
  scheduled.code[0] = undefined;
  scheduled.framesOf(10_000);
  equal(scheduled.framesOf(1000), 1000);
  scheduled.settle();
  equal(scheduled.framesOf(1000), 0);
});

Deno.test("FrameSchedule names no code of which some has another name", () => {
  for (const [address, size] of [[0x1000, 256], [0x10c0, 256], [0xf80, 256], [0xf80, 1024]]) {
    const scheduled = new Scheduled(NEVER_INLINED, NEVER_INLINED);
    scheduled.settle(0);
    scheduled.code[1] = code(address!, size);
    scheduled.ask(1);
    equal(scheduled.framesOf(1000, 1), 1000);
    equal(scheduled.declared.length, 1);
  }
  const beside = new Scheduled(NEVER_INLINED, NEVER_INLINED);
  beside.settle(0);
  beside.code[1] = code(0x1100);
  beside.settle(1);
});

Deno.test("FrameSchedule never takes code for named that it could not name", () => {
  const scheduled = new Scheduled(NEVER_INLINED, NEVER_INLINED);
  for (const id of [0, 1]) scheduled.settle(id);
  // Code of the one comes to stand where that of the other was.
  scheduled.code[1] = code(0x1000);
  scheduled.framesOf(1000, 1);
  equal(scheduled.framesOf(1000, 1), 1000);
  scheduled.ask(1);
  equal(scheduled.framesOf(1000, 1), 1000);
});

Deno.test("FrameSchedule names code later that it could not name for want of stack", () => {
  const scheduled = new Scheduled(NEVER_INLINED);
  scheduled.onDeclare = () => {
    throw new RangeError("Maximum call stack size exceeded");
  };
  scheduled.code[0] = code(0x1000);
  scheduled.ask();
  throws(() => scheduled.call(), RangeError);
  equal(scheduled.framesOf(10), 10);
  scheduled.onDeclare = () => {};
  scheduled.settle();
  equal(scheduled.declared.length, 1);
});

Deno.test("FrameSchedule.restart() asks about everything anew, without losing what has a name", () => {
  const scheduled = new Scheduled(NEVER_INLINED, LEAF);
  scheduled.settle(0);
  scheduled.schedule.restart();
  equal(scheduled.call(0), false);
  equal(scheduled.declared.length, 1);
  equal(scheduled.framesOf(1, 1), 1);
});

Deno.test("FrameSchedule.retire() has all functions framed for ever, and memory that no code knows", () => {
  const scheduled = new Scheduled(NEVER_INLINED, LEAF | NEVER_INLINED);
  equal(scheduled.schedule.retire(), false, "nothing has a name");
  scheduled.settle(0);
  const before = scheduled.schedule.left;
  equal(scheduled.schedule.retire(), true);
  scheduled.schedule.restart();
  ok(scheduled.schedule.isRetired && scheduled.schedule.left !== before);
  equal(scheduled.schedule.ask(0), 0);
  equal(scheduled.framesOf(1000, 0), 1000);
  ok(scheduled.framesOf(1000, 1) > 50);
  equal(scheduled.schedule.retire(), false);
});

Deno.test("FrameSchedule gives no frame where trampolines go off while a name is written", () => {
  const scheduled = new Scheduled(NEVER_INLINED, NEVER_INLINED);
  scheduled.settle(0);
  scheduled.code[1] = code(0x8000);
  scheduled.onDeclare = () => scheduled.schedule.retire();
  scheduled.ask(1);
  equal(scheduled.call(1), false);
  // The same before anything has a name: then it can be later.
  const first = new Scheduled(NEVER_INLINED);
  first.onDeclare = () => first.schedule.retire();
  first.code[0] = code(0x1000);
  first.ask();
  equal(first.call(), false);
  equal(first.schedule.isRetired, false);
  first.onDeclare = () => {};
  equal(first.framesOf(100), 100);
  for (let i = 0; i < 2; i++) ok(first.schedule.ask(0) > 0);
  equal(first.call(), false);
  equal(first.declared.length, 2);
});

Deno.test("FrameSchedule.add() takes up functions beyond all room", () => {
  const scheduled = new Scheduled();
  const { length } = scheduled.schedule.left;
  scheduled.schedule.add(3, [LEAF]);
  scheduled.schedule.add(length + 5, [LEAF, EACH_CALL]);
  equal(scheduled.call(3), true);
  equal(scheduled.call(length + 5), true);
  equal(scheduled.framesOf(100, length + 6), 100);
});
