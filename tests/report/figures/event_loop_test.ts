import { deepEqual, equal, ok } from "node:assert/strict";

import type { EventLoop } from "../../../lib/report/figures/event_loop.ts";
import { realTime } from "../../../lib/report/figures/real_time.ts";
import { type MadeTime, wallRecording } from "../../support/wall_recording.ts";

function loopOf(times: readonly MadeTime[]): EventLoop | undefined {
  return realTime(wallRecording(times)).threads[0]!.loop;
}

const IDLE: MadeTime = ["- epoll_wait", 10];

Deno.test("EventLoopTurns counts from one wait for events to the next, without the program's start", () => {
  const { longest, utilisation } = loopOf([
    ["work running", 500],
    IDLE,
    ["work running", 5],
    ["work futex", 30],
    IDLE,
    ["other running", 25],
    IDLE,
    ["work running", 10],
  ])!;
  deepEqual(longest.map(({ start, duration }) => [start / 1e6, duration / 1e6]), [
    [510, 35],
    [555, 25],
    [590, 10],
  ]);
  equal(utilisation, 70 / 100);
});

Deno.test("EventLoopTurns ends a turn where a busy loop is seen outside of JavaScript", () => {
  const { longest } = loopOf([
    IDLE,
    ["work running", 20],
    ["- running", 1],
    ["other running", 30],
    ["- write", 4],
    ["work running", 5],
  ])!;
  // The thread waits in write() between the turns, so that time is of the next.
  deepEqual(longest.map(({ duration }) => duration / 1e6), [30, 21, 9]);
});

Deno.test("EventLoopTurns tells how long events wait that come at any time", () => {
  // In 100 ms, 10 are of one turn: an event comes in it in one of ten cases, and waits 5 ms then.
  const { meanDelay, delay99 } = loopOf([["- epoll_wait", 90], ["work running", 10], [
    "- epoll_wait",
    0,
  ]])!;
  equal(meanDelay / 1e6, 0.5);
  // One of 100 events comes in the first millisecond of the turn.
  ok(Math.abs(delay99 / 1e6 - 9) < 1e-9, String(delay99));
  const many = loopOf(
    Array.from({ length: 100 }, (): MadeTime[] => [["- epoll_wait", 9], [
      "work running",
      1,
    ]]).flat(),
  )!;
  ok(Math.abs(many.delay99 / 1e6 - 0.9) < 1e-9, String(many.delay99));
});

Deno.test("EventLoopTurns knows nothing of a thread that never waits for events", () => {
  equal(loopOf([["work running", 5], ["work futex", 5]]), undefined);
});
