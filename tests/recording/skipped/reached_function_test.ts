import { deepEqual } from "node:assert/strict";

import { frameKey, ReachedFunction } from "../../../lib/recording/skipped/reached_function.ts";
import { at, inlined } from "../../support/caused.ts";

const FIRST = at("first 20:1");
const SECOND = at("second 21:1");
const here = at("all 9:7");
const there = at("all 10:7");

/** The names of frames with the lines that run in them. */
const shown = (frames: readonly { name: string; position?: { line: number } }[]) =>
  frames.map(({ name, position }) => `${name}:${position?.line}`).join(" ");

Deno.test("framesAtCallOf() has the place of the call that is clear, and its inlined functions", () => {
  const all = new ReachedFunction(here);
  const helper = at("helper 30:5", inlined);
  all.learn([here, helper], FIRST, 95);
  all.learn([there], FIRST, 5);
  deepEqual(shown(all.framesAtCallOf(frameKey(FIRST))), "all:9 helper:30");
  all.learn([there], SECOND, 50);
  all.learn([here], SECOND, 50);
  deepEqual(shown(all.framesAtCallOf(frameKey(SECOND))), "all:undefined");
});

Deno.test("framesAtUnknownCall has the one call of optimised code that reaches several functions", () => {
  const all = new ReachedFunction(here);
  all.learn([here], FIRST, 50);
  all.learn([here], SECOND, 50);
  all.learn([there], FIRST, 100);
  deepEqual(shown(all.framesAtUnknownCall), "all:9");
  const unclear = new ReachedFunction(here);
  for (const call of [here, there]) for (const fn of [FIRST, SECOND]) unclear.learn([call], fn, 50);
  deepEqual(shown(unclear.framesAtUnknownCall), "all:undefined");
  const slow = new ReachedFunction(here);
  for (const fn of [FIRST, SECOND]) slow.learn([at("all 9:7", { tier: "sparkplug" })], fn, 50);
  deepEqual(shown(slow.framesAtUnknownCall), "all:undefined");
});
