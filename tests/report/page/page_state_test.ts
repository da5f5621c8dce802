import { deepEqual, equal } from "node:assert/strict";

import { fitState, readState, writeState } from "../../../bundles/page/state.ts";

Deno.test("writeState() is empty at first, and readState() reads all that it writes", () => {
  equal(writeState(readState("")), "");
  const state = {
    ...readState(""),
    graph: "time",
    pane: "source",
    sort: "file",
    thread: "p4711",
    range: [3, 17],
    hidden: new Set(["runtime", "kernel"]),
    search: "/a&b=#c/",
    fn: 0,
    line: 12,
    zoom: [4, 0, 2],
    showsAll: true,
    showsTiers: true,
    isFlipped: true,
    showsBefore: true,
    comparesShares: true,
  } as ReturnType<typeof readState>;
  deepEqual(readState(`#${writeState(state)}`), state);
});

Deno.test("readState() ignores what it does not know", () => {
  const state = readState("#graph=pie&time=9-3&hide=nothing&fn=x&zoom=1.y&more=1");
  deepEqual(state, { ...readState(""), zoom: [1] });
});

Deno.test("fitState() drops choices that the page does not have", () => {
  const limits = { functions: 3, threads: 2, steps: 10, causes: 1 };
  const fitting = readState("#fn=2&thread=1&time=0-10&graph=time&pane=why");
  deepEqual(fitState(fitting, limits), fitting);
  const other = readState("#fn=3&thread=2&time=0-11&graph=time");
  deepEqual(fitState(other, limits), readState("#graph=time"));
  deepEqual(fitState(other, { ...limits, steps: 0 }), readState(""));
  deepEqual(fitState(readState("#pane=why"), { ...limits, causes: 0 }), readState(""));
});
