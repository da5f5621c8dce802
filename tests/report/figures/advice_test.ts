import { deepEqual, equal, match } from "node:assert/strict";

import {
  countShortcomings,
  recordingAdvice,
  showsApp,
} from "../../../lib/report/figures/advice.ts";
import { recordingOf, type StackText } from "../../support/recordings.ts";

const JS = "deno: libc/main js/js::foo:/a.ts:1";
const HALF_CUT: StackText[] = [[JS, 40], ["deno: js/js::foo:/a.ts:1", 60, { isCut: true }]];
const dwarf = (size: number) => ({ callGraph: { method: "dwarf", size } as const });

Deno.test("countShortcomings() counts missing data", () => {
  const recording = recordingOf([
    ...HALF_CUT,
    // A cut stack without a function of the program does not matter.
    ["V8 libc/start_thread", 5, { isCut: true }],
    ["deno: libc/main libc/", 3],
    ["deno: libc/main deno/", 7],
    ["deno: libc/main kernel/", 2],
  ], { lostSamples: 9 });
  deepEqual(countShortcomings(recording), {
    javascript: 100,
    cut: 60,
    lost: 9,
    nameless: new Map([["[libc.so.6]", 3000]]),
    namelessKernel: 2000,
  });
});

Deno.test("recordingAdvice() is empty for a good recording", () => {
  deepEqual(recordingAdvice(recordingOf([[JS, 98], [JS, 2, { isCut: true }]])), []);
  deepEqual(recordingAdvice(recordingOf([["deno: libc/main deno/", 10]])), []);
  deepEqual(recordingAdvice(recordingOf([])), []);
});

Deno.test("recordingAdvice() says how to keep deeper stacks", () => {
  const advice = (...facts: Parameters<typeof recordingOf>[1][]) =>
    recordingAdvice(recordingOf(HALF_CUT, Object.assign({}, ...facts))).join();
  match(
    advice({}),
    /^60 % .* cut off: .* 127 frames, --max-stack 1024 keeps more, as root/,
  );
  match(advice({ sampler: "builtin", maxFrames: 512 }), /deeper than 512 frames, the most that/);
  match(advice(dwarf(8192)), /^60 % .* 8192 bytes, next try --call-graph dwarf,16384$/);
  match(advice(dwarf(40000)), /next try --call-graph dwarf,65528$/);
  match(advice(dwarf(65528)), /65528 bytes, the most that perf copies$/);
  const recording = recordingOf(HALF_CUT, dwarf(8192));
  deepEqual(recordingAdvice(recording, { unwinds: false }), []);
});

Deno.test("recordingAdvice() says how to lose no samples", () => {
  const advice = (facts: Parameters<typeof recordingOf>[1]) =>
    recordingAdvice(recordingOf([[JS, 1]], { lostSamples: 7, ...facts })).join();
  match(advice({}), /^7 samples were lost, a lower -F or a larger -m keeps them$/);
  match(advice(dwarf(65528)), /^7 samples were lost: copying 65528 bytes .*smaller SIZE/);
  match(advice({ sampler: "builtin" }), /^7 samples were lost, a lower -F keeps them$/);
});

Deno.test("recordingAdvice() says what gives names to addresses", () => {
  const advice = (text: string) => recordingAdvice(recordingOf([[JS, 90], [text, 10]])).join();
  match(advice("deno: libc/main kernel/"), /^10 % .* sudo sysctl kernel.kptr_restrict=0/);
  match(advice("deno: libc/main libc/"), /^10 % .* in \[libc\.so\.6\], .* debug symbols/);
});

Deno.test("showsApp() is true if a function of the program was seen", () => {
  equal(showsApp(recordingOf([[JS, 1]])), true);
  equal(showsApp(recordingOf([["deno: libc/main deno/", 1]])), false);
});
