import { deepEqual, equal, ok } from "node:assert/strict";

import { nameOf } from "../../../bundles/page/functions.ts";
import { readState } from "../../../bundles/page/state.ts";
import { View } from "../../../bundles/page/view.ts";
import { sharesOf } from "../../../lib/report/figures/shares.ts";
import { Frames, pageModelOf, type SampleText, timedRecording } from "../../support/page_model.ts";

const frames = new Frames();

/** A recording of random stacks, with recursion and with code without a source in between. */
function randomRecording(seed: number) {
  const next = () => (seed = (seed * 48271) % 0x7fffffff) / 0x7fffffff;
  const samples = Array.from({ length: 2000 }, (_, time): SampleText => {
    const depth = 1 + Math.floor(next() * 12);
    const stack = Array.from({ length: depth }, () => {
      const name = Math.floor(next() * 9);
      return name < 6
        ? frames.at(`f${name}`, 10 * (name + 1) + Math.floor(next() * 5))
        : frames.code(`n${name}`, name === 8 ? "kernel" : "native");
    });
    return [Number(next() < 0.2), stack, time, 1 + Math.floor(next() * 3)];
  });
  return timedRecording(samples);
}

Deno.test("functions and lines of the page have the shares that the terminal counts", () => {
  for (const seed of [1, 2, 3]) {
    const recording = randomRecording(seed);
    const { functions, lines, total } = sharesOf(recording);
    const view = new View(pageModelOf(recording), readState(""));
    const { model } = view;
    equal(view.all.now, total);
    const { now } = view.functions;
    const pageFunctions = Array.from({ length: model.functions }, (_, fn) => fn)
      .filter((fn) => model.fnFile[fn]! > 0)
      .map((fn) => [nameOf(model, fn), now.self[fn], now.total[fn]]);
    deepEqual(
      pageFunctions.sort(),
      functions.map(({ name, self, total }) => [name, self, total]).sort(),
    );
    const lineTotals = view.linesFor(undefined).now;
    for (const { line, self, total } of lines) {
      const id = view.lines.idOf(0, line)!;
      deepEqual([line, lineTotals.self[id], lineTotals.total[id]], [line, self, total]);
    }
    ok(lines.length > 20);
  }
});

Deno.test("the table of all functions has time where it was spent, hidden kinds at their callers", () => {
  const [main, native] = [frames.at("main", 1), frames.code("memmove")];
  const model = pageModelOf(timedRecording([[0, [main, native], 0, 3], [0, [main], 1, 1]]));
  const selfOf = (fragment: string) => {
    const view = new View(model, readState(fragment));
    const { self } = view.functions.now;
    return Object.fromEntries(Array.from(self, (value, fn) => [nameOf(model, fn), value]));
  };
  deepEqual(selfOf(""), { main: 4, memmove: 0 });
  deepEqual(selfOf("all=1"), { main: 1, memmove: 3 });
  deepEqual(selfOf("all=1&hide=native"), { main: 4, memmove: 0 });
});

Deno.test("callers and callees have the time of calls, recursion once", () => {
  const [main, f, g] = [frames.at("main", 1), frames.at("f", 11), frames.at("g", 21)];
  const model = pageModelOf(timedRecording([
    [0, [main, f, g, f, g], 0, 5],
    [0, [main, f], 1, 2],
    [1, [g, f], 2, 1],
  ]));
  const view = new View(model, readState(""));
  const fn = model.data.functions.name.indexOf("f");
  const named = (calls: Map<number, number>) =>
    [...calls].map(([key, weight]) => [nameOf(model, key), weight]);
  const { callers, callees } = view.calls(fn).now;
  deepEqual(named(callers), [["main", 7], ["g", 1]]);
  deepEqual(named(callees), [["g", 5]]);
});

Deno.test("the timeline has all weight by kind, of the threads that are chosen", () => {
  const recording = randomRecording(4);
  const sum = (fragment: string) =>
    new View(pageModelOf(recording), readState(fragment)).series
      .map((values) => values.reduce((sum, value) => sum + value, 0));
  const all = sum("");
  equal(all.reduce((a, b) => a + b), sharesOf(recording).total);
  ok(all[0]! > 0 && all[3]! > 0 && all[4]! > 0);
  const [main, worker] = [sum("thread=0"), sum("thread=p2")];
  deepEqual(main.map((value, kind) => value + worker[kind]!), all);
  const hidden = sum("hide=kernel");
  equal(hidden[4], 0);
  equal(hidden.reduce((a, b) => a + b), all.reduce((a, b) => a + b));
});
