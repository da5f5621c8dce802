/*
 * Tests of every engine, with trampolines of each kind.
 */
import { deepEqual, equal, ok, throws } from "node:assert/strict";

import type { CodeExtent } from "../../lib/base/machine_code.ts";
import {
  APPLY,
  type Engine,
  type EngineName,
  ENTRIES,
  MOST_ARGUMENTS,
} from "../../lib/engines/engine.ts";
import { DeclaringEngine, ENGINES, overlap } from "../support/engines.ts";
import { walk } from "../support/stack_walk.ts";

/** Calls by the entry of so many arguments. */
function enter(engine: Engine, id: number, fn: unknown, self: unknown, args: unknown[]): unknown {
  const entry = engine.entries[ENTRIES[args.length]!];
  return entry(id, fn, self, ...args);
}

function report(this: unknown, ...args: unknown[]) {
  return { self: this, args, count: arguments.length };
}

/** An engine that is ready for functions that are called with so many arguments. */
function preparedEngine(name: EngineName, args: readonly number[]): DeclaringEngine {
  const host = new DeclaringEngine(name);
  equal(host.prepare(...args), 0);
  return host;
}

for (const name of ENGINES) {
  const preparedFor = (...args: number[]) => preparedEngine(name, args);
  const test = (criterion: string, body: () => void | Promise<void>) =>
    Deno.test(`engine "${name}" ${criterion}`, body);

  test("has its own name", () => equal(new DeclaringEngine(name).engine.name, name));

  test("passes this and every number of arguments, missing ones too", () => {
    const { engine } = preparedFor(...Array(MOST_ARGUMENTS + 1).keys());
    const self = {};
    const [some, others] = [[1, "two", undefined, self], [undefined, null, NaN, -0]];
    for (let n = 0; n <= MOST_ARGUMENTS; n++) {
      for (const args of [[...some, ...others], [...others, ...some]]) {
        const passed = args.slice(0, n);
        // The first call makes the trampoline.
        for (let call = 0; call < 3; call++) {
          deepEqual(enter(engine, n, report, self, passed), { self, args: passed, count: n });
        }
      }
    }
  });

  test("spreads an array as the arguments", () => {
    const { engine } = preparedFor(APPLY, 1);
    const many = Array.from({ length: 1000 }, (_, i) => i);
    for (const args of [[], [1], many]) {
      for (let call = 0; call < 2; call++) {
        deepEqual(engine.entries.e1(0, report, 7, args), { self: 7, args, count: args.length });
      }
    }
    (function (..._: unknown[]) {
      deepEqual(engine.entries.e1(0, report, 7, arguments), {
        self: 7,
        args: [1, 2, 3, 4, 5],
        count: 5,
      });
    })(1, 2, 3, 4, 5);
    // One argument that is an array stays one.
    deepEqual(engine.entries.e1(1, report, 7, many), { self: 7, args: [many], count: 1 });
  });

  test("passes this unchanged to strict functions, boxed to sloppy ones", () => {
    const { engine } = preparedFor(0);
    const sloppy = new Function("return this");
    for (const self of [undefined, null, 1, "text", Symbol.iterator, 1n, true, {}]) {
      equal((engine.entries.e0(0, report, self) as { self: unknown }).self, self);
      const boxed = engine.entries.e0(0, sloppy, self);
      if (self === undefined || self === null) equal(boxed, globalThis);
      else deepEqual(boxed, Object(self));
    }
  });

  test("passes the result unchanged", () => {
    const { engine } = preparedFor(0, APPLY);
    for (const result of [undefined, null, NaN, -0, 2 ** 31, 2n ** 70n, "text", {}, () => {}]) {
      ok(Object.is(engine.entries.e0(0, () => result, undefined), result));
      ok(Object.is(engine.entries.e1(1, () => result, undefined, []), result));
    }
  });

  test("calls every kind of callable", () => {
    const { engine } = preparedFor(2);
    const bound = report.bind("bound", 0);
    deepEqual(engine.entries.e2(0, bound, "self", 1, 2), {
      self: "bound",
      args: [0, 1, 2],
      count: 3,
    });
    const proxy = new Proxy(report, {});
    deepEqual(engine.entries.e2(0, proxy, "self", 1, 2), { self: "self", args: [1, 2], count: 2 });
    equal(engine.entries.e2(0, Math.max, undefined, 3, 5), 5);
    throws(() => engine.entries.e2(0, class {}, undefined, 1, 2), TypeError);
    throws(() => engine.entries.e2(0, undefined, undefined, 1, 2), TypeError);
    equal(engine.entries.e2(0, Math.max, undefined, 3, 5), 5);
  });

  test("passes an exception unchanged", () => {
    const { engine } = preparedFor(0, 4, APPLY);
    for (const value of [new TypeError("a"), "text", undefined, null, 0]) {
      const fail = () => {
        throw value;
      };
      for (
        const call of [
          () => engine.entries.e0(0, fail, undefined),
          () => engine.entries.e4(1, fail, undefined, 1, 2, 3, 4),
          () => engine.entries.e1(2, fail, undefined, [1]),
        ]
      ) {
        let thrown: unknown = "nothing";
        try {
          call();
        } catch (error) {
          thrown = error;
        }
        equal(thrown, value);
      }
    }
    equal(engine.entries.e0(0, () => 42, undefined), 42);
  });

  test("keeps arguments and results of nested calls apart", () => {
    const { engine } = preparedFor(1, 2);
    const sum = (n: number): unknown =>
      n === 0 ? 0 : n + (engine.entries.e1(0, sum, 0, n - 1) as number);
    equal(engine.entries.e1(0, sum, undefined, 100), 5050);
    const even = (n: number, log: number[]): unknown =>
      n === 0 ? log : engine.entries.e2(1, odd, n, n - 1, log);
    function odd(this: unknown, n: number, log: number[]) {
      log.push(this as number);
      return engine.entries.e2(1, even, undefined, n - 1, log);
    }
    deepEqual(engine.entries.e2(1, even, undefined, 6, []), [6, 4, 2]);
  });

  test("runs no microtask before its caller continues", async () => {
    const { engine } = preparedFor(0);
    const order: string[] = [];
    engine.entries.e0(0, () => queueMicrotask(() => order.push("microtask")), undefined);
    order.push("caller");
    await Promise.resolve();
    deepEqual(order, ["caller", "microtask"]);
  });

  test("declares a trampoline when it is first called, before the function runs", () => {
    const host = preparedFor(0, 1);
    equal(host.declared.length, 0);
    let seen = -1;
    host.engine.entries.e0(0, () => seen = host.declared.length, undefined);
    equal(seen, 1);
    for (let i = 0; i < 100; i++) host.engine.entries.e0(0, () => {}, undefined);
    deepEqual(host.declared.map(({ id }) => id), [0]);
    const [{ address, size }] = host.extentsOf(0) as [CodeExtent];
    ok(BigInt(address) > 0n && size > 0 && size < 1024, `${size} bytes at ${address}`);
  });

  test("passes on an exception of declare(), and declares the function later", () => {
    const error = new RangeError("no stack");
    let fails = true;
    const host = new DeclaringEngine(name, {
      onDeclare() {
        if (fails) throw error;
      },
    });
    host.prepare(0);
    throws(() => host.engine.entries.e0(0, () => 1, undefined), (thrown) => thrown === error);
    fails = false;
    equal(host.engine.entries.e0(0, () => 2, undefined), 2);
    deepEqual(host.declared.map(({ id }) => id), [0, 0]);
    equal(host.engine.entries.e0(0, () => 3, undefined), 3);
    equal(host.declared.length, 2);
  });

  test("has its trampolines on the stack, in order, cold and hot", () => {
    const host = preparedFor(0, 1, APPLY);
    const { engine } = host;
    const inFoo = () => host.idsOnStack();
    const inBar = () => engine.entries.e0(0, inFoo, undefined);
    const inBaz = () => engine.entries.e1(1, inBar, undefined, 0);
    for (let i = 0; i < 5000; i++) {
      const ids = engine.entries.e1(2, inBaz, undefined, [1, 2]);
      if (String(ids) !== "0,1,2") deepEqual(ids, [0, 1, 2], `call ${i}`);
    }
  });

  test("leaves nothing on the stack when a function has returned or thrown", () => {
    const host = preparedFor(0);
    const depth = walk().length;
    throws(() =>
      host.engine.entries.e0(
        0,
        () => {
          throw new Error();
        },
        undefined,
      )
    );
    host.engine.entries.e0(0, () => {}, undefined);
    deepEqual(host.idsOnStack(), []);
    equal(walk().length, depth);
  });

  test("makes trampolines in batches", () => {
    const host = new DeclaringEngine(name);
    for (let batch = 0; batch < 30; batch++) {
      const args = Array.from({ length: batch }, (_, i) => i % (APPLY + 1));
      const first = host.prepare(...args);
      for (const [i, n] of args.entries()) {
        const given = Array.from({ length: n === APPLY ? 1 : n }, (_, k) => [k]);
        const got = enter(host.engine, first + i, report, batch, given);
        const args = n === APPLY ? given[0] : given;
        deepEqual(got, { self: batch, args, count: args!.length });
      }
    }
    deepEqual(host.declared.map(({ id }) => id), Array.from({ length: 435 }, (_, id) => id));
    equal(overlap(host.declared.map(({ code }) => code), 0), undefined);
  });

  for (const padding of [0, 104]) {
    test(`gives no address twice, with ${padding} bytes of padding`, () => {
      const host = new DeclaringEngine(name, { padding });
      for (let batch = 0; batch < 5; batch++) {
        const first = host.prepare(...Array.from({ length: 500 }, (_, i) => i % (APPLY + 1)));
        for (let i = 0; i < 500; i++) {
          const args = i % (APPLY + 1);
          const given = args === APPLY ? [[]] : Array(args).fill(0);
          deepEqual(enter(host.engine, first + i, () => host.idsOnStack(), 0, given), [first + i]);
        }
      }
      equal(host.declared.length, 2500);
      equal(overlap(host.declared.map(({ code }) => code), padding), undefined);
    });
  }

  test("has room for more than 16 384 functions", () => {
    const host = new DeclaringEngine(name);
    const { engine } = host;
    host.prepare(0, 2);
    const here = () => host.idsOnStack();
    deepEqual(engine.entries.e0(0, here, undefined), [0]);
    for (const batch of [16_381, 1, 1, 1, 40_000]) host.prepare(...Array(batch).fill(2));
    for (const id of [1, 16_382, 16_383, 16_384, 16_385, 30_000, 56_385]) {
      deepEqual(engine.entries.e2(id, here, undefined, 1, 2), [id]);
      deepEqual(engine.entries.e2(id, report, id, 1, 2), { self: id, args: [1, 2], count: 2 });
    }
    // Neither a called function nor a new trampoline is declared again.
    deepEqual(engine.entries.e0(0, here, undefined), [0]);
    deepEqual(host.declared.map(({ id }) => id), [
      0,
      1,
      16_382,
      16_383,
      16_384,
      16_385,
      30_000,
      56_385,
    ]);
  });

  test("can be one of several engines, each with its own trampolines", () => {
    const [one, other] = [preparedFor(0), preparedFor(0)];
    one.engine.entries.e0(0, () =>
      other.engine.entries.e0(0, () => {
        deepEqual([one.idsOnStack(), other.idsOnStack()], [[0], [0]]);
      }, 0), 0);
    equal(overlap([...one.extentsOf(0), ...other.extentsOf(0)], 0), undefined);
  });

  test("lets a program continue that has used up its stack", () => {
    const { engine } = preparedFor(1);
    const endless = (n: number): unknown =>
      1 + (engine.entries.e1(0, endless, undefined, n + 1) as number);
    for (let round = 0; round < 3; round++) {
      throws(() => engine.entries.e1(0, endless, undefined, 0), RangeError);
      equal(engine.entries.e1(0, (n: number) => n, undefined, 42), 42);
    }
  });
}
