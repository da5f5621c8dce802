import { deepEqual, equal } from "node:assert/strict";

import { HeapSampler } from "../../../lib/sampler/heap/heap_sampler.ts";

/** A session of a V8 in which each profile has one object of a mebibyte. */
class FakeSession {
  readonly calls: string[] = [];

  call<Result>(method: string, params: Record<string, unknown> = {}): Result {
    const flag = params["includeObjectsCollectedByMajorGC"];
    this.calls.push(method.split(".")[1]! + (flag === true ? " all" : ""));
    const frame = { url: "file:///a.js", scriptId: "7", lineNumber: 0, columnNumber: 0 };
    const node = {
      callFrame: { ...frame, functionName: "f" },
      id: 2,
      selfSize: 1 << 20,
      children: [],
    };
    const head = { ...node, id: 1, selfSize: 0, children: [node] };
    const profile = { head, samples: [{ size: 1 << 20, nodeId: 2 }] };
    return { profile, scriptSource: "function f() {}" } as Result;
  }
}

function samplerOf(kind: "alloc" | "live") {
  const session = new FakeSession();
  const sampler = new HeapSampler(session, { kind, interval: 1024, thread: "main" });
  return { session, sampler };
}

const TEXTS = ["enable", "getScriptSource", "disable"];

Deno.test("take() of all objects begins anew, and adds up what was sampled before", () => {
  const { session, sampler } = samplerOf("alloc");
  sampler.switch(true);
  equal(sampler.take({ isExact: true }).nodes[0]!.bytes, 1 << 20);
  equal(sampler.take({ isExact: true }).nodes[0]!.bytes, 2 << 20);
  deepEqual(session.calls, [
    ...["startSampling all", "stopSampling", "startSampling all"],
    ...TEXTS,
    ...["stopSampling", "startSampling all"],
  ]);
});

Deno.test("take() of held objects has V8 collect garbage once more than it does itself", () => {
  const { session, sampler } = samplerOf("live");
  sampler.switch(true);
  equal(sampler.take({ isExact: true }).nodes[0]!.bytes, 1 << 20);
  equal(sampler.take({ isExact: false }).nodes[0]!.bytes, 1 << 20);
  deepEqual(session.calls, [
    ...["startSampling", "getSamplingProfile", "getSamplingProfile"],
    ...TEXTS,
    "getSamplingProfile",
  ]);
});

Deno.test("switch() adds up scopes, and take() outside of them asks V8 nothing", () => {
  const { session, sampler } = samplerOf("live");
  for (const on of [true, true, false, false, true, false]) sampler.switch(on);
  equal(sampler.take({ isExact: true }).nodes[0]!.bytes, 2 << 20);
  const once = ["startSampling", "getSamplingProfile", "stopSampling"];
  deepEqual(session.calls, [...once, ...once, ...TEXTS]);
});

Deno.test("take() has the facts of its thread, and the texts of scripts", () => {
  const { sampler } = samplerOf("alloc");
  sampler.switch(true);
  const { kind, interval, thread, pid, scripts, memory } = sampler.take({ isExact: true });
  deepEqual({ kind, interval, thread, pid }, {
    kind: "alloc",
    interval: 1024,
    thread: "main",
    pid: Deno.pid,
  });
  deepEqual(scripts, [{ url: "file:///a.js", text: "function f() {}" }]);
  equal(memory.heapUsed > 0, true);
});
