/*
 * Checks that a function wrapped by withPerf() behaves as without it. with_perf_test.ts runs them
 * with trampolines off and on.
 */
import { withPerf } from "@x/perf";
import { deepEqual, equal, notEqual, ok, throws } from "node:assert/strict";

/** `withPerf` for a class, which is callable to JavaScript only. */
function withPerfClass<Class>(constructor: Class): Class {
  return withPerf(constructor as () => void) as Class;
}

/** The checks, by the criterion they hold. */
export const checks: Readonly<Record<string, () => void>> = {
  "passes this, arguments and result"() {
    const self = {};
    const wrapped = withPerf(function (this: unknown, ...args: unknown[]) {
      return [this, ...args];
    });
    deepEqual(wrapped.call(self, 1, undefined, self), [self, 1, undefined, self]);
    equal(wrapped.call(self)[0], self);
    equal(wrapped.call(undefined)[0], undefined);
    equal(wrapped.call(5)[0], 5);
    deepEqual(wrapped.apply(self, [..."abc"]), [self, "a", "b", "c"]);
  },

  "passes as many arguments as plain"() {
    const count = withPerf((...args: number[]) => args.length);
    for (const length of [0, 1, 10, 1000]) equal(count(...new Array(length).fill(0)), length);
  },

  "fills in default arguments only where they lack"() {
    const wrapped = withPerf(function (a = 1, b = 2) {
      return [a, b, arguments.length];
    });
    deepEqual(wrapped(), [1, 2, 0]);
    deepEqual(wrapped(undefined), [1, 2, 1]);
    deepEqual(wrapped(5, 6), [5, 6, 2]);
  },

  "keeps a result of undefined apart from the one before"() {
    const wrapped = withPerf((value?: number) => value);
    equal(wrapped(1), 1);
    equal(wrapped(), undefined);
  },

  "keeps name and length"() {
    const named = withPerf(function named(_a: number, _b: number, _c = 0) {});
    equal(named.name, "named");
    equal(named.length, 2);
    equal(withPerf(() => {}).name, "");
    equal(withPerf(() => {}).length, 0);
    const renamed = withPerf(function original() {}, { name: "shown", file: "a.ts", line: 1 });
    equal(renamed.name, "original");
  },

  "keeps own properties, getters and symbols"() {
    const tag = Symbol("tag");
    let reads = 0;
    const fn = Object.assign(() => {}, { answer: 42, [tag]: "tagged" });
    Object.defineProperty(fn, "hidden", { get: () => ++reads, enumerable: false });
    const wrapped = withPerf(fn);
    equal(reads, 0);
    equal(wrapped.answer, 42);
    equal(wrapped[tag], "tagged");
    equal(Reflect.get(wrapped, "hidden"), 1);
    deepEqual(Object.keys(wrapped), ["answer"]);
  },

  "keeps the kind of function"() {
    const fns = [
      () => {},
      function () {},
      async () => {},
      function* () {},
      async function* () {},
      class {},
      class extends Map {},
      { method() {} }.method,
    ] as (() => unknown)[];
    for (const fn of fns) {
      const wrapped = withPerf(fn);
      equal(Object.getPrototypeOf(wrapped), Object.getPrototypeOf(fn), String(fn));
      equal(Object.hasOwn(wrapped, "prototype"), Object.hasOwn(fn, "prototype"), String(fn));
      equal(isNewable(wrapped), isNewable(fn), String(fn));
    }

    function isNewable(fn: () => unknown): boolean {
      try {
        Reflect.construct(fn, []);
        return true;
      } catch {
        return false;
      }
    }
  },

  "makes instances as plain"() {
    const Point = withPerfClass(
      class Point {
        static origin = "zero";
        constructor(readonly x: number, readonly y: number) {}
        get sum() {
          return this.x + this.y;
        }
      },
    );
    const point = new Point(1, 2);
    equal(point.sum, 3);
    ok(point instanceof Point);
    equal(Point.origin, "zero");
    equal(Object.getPrototypeOf(point), Point.prototype);
    throws(() => Reflect.apply(Point as unknown as () => void, undefined, []), TypeError);
  },

  "can be extended, and passes new.target on"() {
    const Base = withPerfClass(
      class Base {
        readonly made: string;
        constructor() {
          this.made = new.target.name;
        }
        static inherited() {
          return "static";
        }
      },
    );
    class Derived extends Base {}
    equal(new Derived().made, "Derived");
    equal(new Base().made, "Base");
    ok(new Derived() instanceof Base);
    equal(Derived.inherited(), "static");
    const Second = withPerfClass(class Second extends Base {});
    equal(Second.inherited(), "static");
    equal(new Second().made, "Second");
  },

  "makes instances of a function from before classes"() {
    const Old = withPerf(function Old(this: { x: number }, x: number) {
      this.x = x;
    }) as unknown as new (x: number) => { x: number };
    equal(new Old(7).x, 7);
    ok(new Old(7) instanceof Old);
  },

  "passes an exception unchanged"() {
    for (const value of [new TypeError("mine"), "text", 0, null, undefined]) {
      let thrown: unknown = "nothing";
      try {
        withPerf(() => {
          throw value;
        })();
      } catch (error) {
        thrown = error;
      }
      equal(thrown, value);
    }
  },

  "passes an exception through 50 frames with its identity and stack"() {
    const error = new Error("deep");
    const original = error.stack;
    const fresh: { error?: Error } = {};
    let frame = withPerf(function innermost(given?: Error): void {
      throw given ?? (fresh.error = new Error("fresh"));
    });
    for (let i = 0; i < 50; i++) {
      const inner = frame;
      frame = withPerf(function through(given?: Error) {
        inner(given);
      });
    }
    throws(() => frame(error), (thrown) => thrown === error);
    equal(error.stack, original);
    const { stackTraceLimit } = Error as unknown as { stackTraceLimit: number };
    try {
      (Error as unknown as { stackTraceLimit: number }).stackTraceLimit = 1000;
      throws(() => frame(), (thrown) => thrown === fresh.error);
      equal(fresh.error!.stack!.match(/at through .*with_perf_checks/g)?.length, 50);
      equal(fresh.error!.stack!.match(/at innermost .*with_perf_checks/g)?.length, 1);
    } finally {
      (Error as unknown as { stackTraceLimit: number }).stackTraceLimit = stackTraceLimit;
    }
  },

  "lets finally and catch inside do their work"() {
    const order: string[] = [];
    const inner = withPerf(() => {
      try {
        throw new Error("a");
      } finally {
        order.push("inner");
      }
    });
    const outer = withPerf(() => {
      try {
        inner();
        return "not reached";
      } catch {
        order.push("outer");
        return "caught";
      }
    });
    equal(outer(), "caught");
    deepEqual(order, ["inner", "outer"]);
  },

  "gives a RangeError for recursion without end, and goes on"() {
    const endless = withPerf((): number => 1 + endless());
    for (let i = 0; i < 3; i++) throws(endless, RangeError);
    const sum = withPerf((n: number): number => n === 0 ? 0 : n + sum(n - 1));
    equal(sum(100), 5050);
  },

  "gives a RangeError where plain recursion leaves no stack for a first call"() {
    const leaves: (() => number)[] = [];
    const descend = (depth: number): number => {
      const leaf = leaves[depth] ??= withPerf(() => depth, { name: `leaf${depth}`, file: "a.ts" });
      return descend(depth + 1) + leaf();
    };
    throws(() => descend(0), RangeError);
    const endless = (): number => 1 + endless() + withPerf(() => 1)();
    throws(endless, RangeError);
  },

  "lets a body invalidate the optimised code of its callers"() {
    for (let round = 0; round < 3; round++) {
      class Shape {
        area() {
          return 1;
        }
      }
      const shape = new Shape();
      const change = withPerf((now: boolean) => {
        if (now) Shape.prototype.area = () => 2;
      });
      const caller = withPerf((now: boolean) => {
        change(now);
        return shape.area();
      });
      for (let i = 0; i < 20_000; i++) caller(false);
      equal(caller(true), 2);
      equal(caller(false), 2);
    }
  },

  "keeps a generator a generator"() {
    const count = withPerf(function* count(to: number): Generator<number, string> {
      for (let i = 0; i < to; i++) yield i;
      return "end";
    });
    deepEqual([...count(3)], [0, 1, 2]);
    equal(Object.getPrototypeOf(count(1)), count.prototype);
    const iterator = count(0);
    deepEqual(iterator.next(), { value: "end", done: true });
  },

  "wraps a wrapped, a bound and a built-in function"() {
    const twice = withPerf(withPerf((n: number) => 2 * n));
    equal(twice(21), 42);
    const bound = withPerf(
      function (this: number, n: number) {
        return this + n;
      }.bind(40),
    );
    equal(bound(2), 42);
    equal(withPerf(Math.max)(1, 3, 2), 3);
    const date = withPerf(Date);
    equal(new date(0).getTime(), 0);
    const proxied = withPerf(new Proxy((n: number) => n, {}));
    equal(proxied(1), 1);
  },

  "decorates methods, getters and setters"() {
    class Box {
      #value = 1;
      @withPerf
      method(by: number) {
        return this.#value * by;
      }
      @withPerf
      get value() {
        return this.#value;
      }
      @withPerf
      set value(value: number) {
        this.#value = value;
      }
      @withPerf
      static make(this: typeof Box, value: number) {
        const box = new this();
        box.value = value;
        return box;
      }
      @withPerf
      static get kind() {
        return this.name;
      }
      // Without parameters: deno 2.9.6 makes a getter of a decorated private method.
      @withPerf
      #secret() {
        return this.#value + 4;
      }
      @withPerf
      static #hidden() {
        return 8;
      }
      @withPerf
      get #private() {
        return this.#value;
      }
      @withPerf
      async later() {
        await null;
        return this.#value;
      }
      @withPerf
      *[Symbol.iterator]() {
        yield this.#value;
      }
      reveal() {
        return [this.#secret(), Box.#hidden(), this.#private];
      }
    }
    const box = Box.make(6);
    equal(box.method(7), 42);
    equal(box.value, 6);
    equal(Box.kind, "Box");
    deepEqual(box.reveal(), [10, 8, 6]);
    deepEqual([...box], [6]);
    ok(box.later() instanceof Promise);
    equal(Box.prototype.method.name, "method");
    equal(Box.prototype.method.length, 1);
    equal(Object.getOwnPropertyDescriptor(Box.prototype, "value")!.get!.name, "get value");
    deepEqual(Object.keys(Box.prototype), []);
    class Sub extends Box {
      override method(by: number) {
        return super.method(by) + 1;
      }
    }
    equal((Sub.make(6) as Sub).method(7), 43);
    throws(() => Reflect.construct(Box.prototype.method, []), TypeError);
  },

  "refuses what is no function"() {
    for (const value of [undefined, null, 1, "text", {}, Symbol("s")]) {
      throws(() => withPerf(value as unknown as () => void), {
        name: "TypeError",
        message: `Cannot instrument "${String(value)}": must be a function`,
      });
    }
  },

  "refuses to decorate a class or a field"() {
    throws(() => {
      // @ts-expect-error -- a class is no method
      @withPerf
      class Decorated {}
      new Decorated();
    }, { name: "TypeError", message: /^Cannot decorate the class "Decorated": must be a method/ });
    throws(() => {
      class Decorated {
        // @ts-expect-error -- a field is no method
        @withPerf
        field = 1;
      }
      new Decorated();
    }, TypeError);
  },

  "is a function of its own"() {
    const fn = () => {};
    notEqual(withPerf(fn), fn);
  },
};
