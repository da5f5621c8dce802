import { deepEqual, equal, ok } from "node:assert/strict";

import { readState } from "../../../bundles/page/state.ts";
import { finish, isStep, type Steps } from "../../../bundles/page/steps.ts";
import { View } from "../../../bundles/page/view.ts";
import { Frames, pageModelOf, type SampleText, timedRecording } from "../../support/page_model.ts";

const frames = new Frames();

/** Many stacks of which none is equal to another. */
const LARGE = pageModelOf(timedRecording(Array.from({ length: 20_000 }, (_, i): SampleText => [
  i % 2,
  [0, 1, 2].map((depth) => frames.at(`f${depth}_${Math.floor(i / 100 ** (2 - depth))}`, 11)),
  i,
])));

function pausesOf(steps: Steps<unknown>): number {
  let pauses = 0;
  while (!steps.next().done) pauses++;
  return pauses;
}

Deno.test("finish() computes to the end", () => {
  const sum = function* (): Steps<number> {
    let sum = 0;
    for (let i = 0; i < 10_000; i++) {
      if (isStep(i)) yield;
      sum += i;
    }
    return sum;
  };
  equal(finish(sum()), 49_995_000);
  equal(pausesOf(sum()), 3);
});

Deno.test("prepare() pauses often, whatever is drawn", () => {
  ok(LARGE.depth.length > 20_000);
  const least = Math.floor(LARGE.depth.length / 4096);
  const view = new View(LARGE, readState(""));
  // Weights, calls, the tree, and totals take as many pauses each.
  ok(pausesOf(view.prepare()) > 5 * least);
  for (const fragment of ["graph=time", "graph=inverted", "hide=native", "thread=0", "tiers=1"]) {
    const pauses = pausesOf(view.at(readState(fragment)).prepare());
    ok(pauses >= least, `${fragment}: ${pauses}`);
  }
});

Deno.test("prepare() computes what is drawn, and the next state leaves it as it is", () => {
  const view = new View(LARGE, readState(""));
  finish(view.prepare());
  const { tree, functions, series } = view;
  const next = view.at(readState("graph=time&thread=0&pane=calls&fn=0"));
  const steps = next.prepare();
  steps.next();
  // The drawn state is still kept, and the computation can be left.
  equal(view.tree, tree);
  finish(next.prepare());
  equal(view.tree, tree);
  equal(view.functions, functions);
  equal(view.series, series);
  equal(next.tree, next.tree);
  equal(pausesOf(next.prepare()), 0);
  deepEqual(next.tree.total[0], 10_000);
  equal(view.tree.total[0], 20_000);
});
