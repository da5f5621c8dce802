import { deepEqual, equal, ok } from "node:assert/strict";

import {
  type AsyncStack,
  captureAsyncStack,
  isAwaitedBy,
  stackKey,
  waitFrames,
} from "../../lib/waits/async_stack.ts";

/** Captures the stack of its caller. */
function capture(): AsyncStack {
  return captureAsyncStack(capture)!;
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

class Reader {
  async read(): Promise<AsyncStack> {
    await turn();
    return capture();
  }
}

async function load(): Promise<AsyncStack> {
  return await new Reader().read();
}

Deno.test("captureAsyncStack() has async callers, with names and lines", async () => {
  const stack = await load();
  const frames = waitFrames(stack).slice(-2);
  deepEqual(frames.map(([name]) => name), ["load", "Reader.read"]);
  const { pathname } = new URL(import.meta.url);
  deepEqual(frames.map(([, file]) => file), [pathname, pathname]);
  deepEqual(frames.map(([, , line]) => line), [26, 21]);
  equal(stack.isProgram, true);
  equal(stack.isOnlySteps, false);
});

Deno.test("captureAsyncStack() has equal keys for equal stacks", async () => {
  const [one, other] = [await load(), await load()];
  ok(stackKey(one).length > 0);
  deepEqual(waitFrames(one).slice(-2), waitFrames(other).slice(-2));
  const stacks = [];
  for (let i = 0; i < 2; i++) stacks.push(await load());
  equal(stackKey(stacks[0]!), stackKey(stacks[1]!));
});

Deno.test("isAwaitedBy() finds the function that awaits, at its line", async () => {
  let caller: AsyncStack | undefined;
  async function outer(): Promise<AsyncStack> {
    const [captured, promise] = [capture(), inner()];
    caller = captured;
    return await promise;
  }
  async function inner(): Promise<AsyncStack> {
    await turn();
    return capture();
  }
  const stack = await outer();
  // The line of the await is another one than that of the capture.
  equal(isAwaitedBy(stack, caller!), false);
  const [, awaiting] = stack.sites;
  ok(isAwaitedBy(stack, { ...caller!, sites: [awaiting!] }));
});

Deno.test("captureAsyncStack() calls nothing of the program, and leaves its settings", () => {
  const limit = Error.stackTraceLimit;
  const prepare = () => {
    throw new Error("called");
  };
  Error.prepareStackTrace = prepare;
  Error.stackTraceLimit = 1;
  try {
    const nested = (depth: number): AsyncStack => depth === 0 ? capture() : nested(depth - 1);
    ok(nested(20).sites.length > 20);
    deepEqual([Error.stackTraceLimit, Error.prepareStackTrace], [1, prepare]);
  } finally {
    Reflect.deleteProperty(Error, "prepareStackTrace");
    Error.stackTraceLimit = limit;
  }
  const keys = Object.keys(Error);
  capture();
  deepEqual(Object.keys(Error), keys);
  equal(Error.prepareStackTrace, undefined);
});

Deno.test("captureAsyncStack() sets nothing that calls the program", () => {
  const descriptor = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit")!;
  let calls = 0;
  const set = () => calls++;
  Object.defineProperty(Error, "stackTraceLimit", { set, get: () => 10, configurable: true });
  try {
    equal(captureAsyncStack(capture), undefined);
    equal(calls, 0);
  } finally {
    Object.defineProperty(Error, "stackTraceLimit", descriptor);
  }
});
