import { FrameTable } from "../../lib/recording/frame_table.ts";
import type { ReportContent } from "../../lib/report/format.ts";
import type { Recording } from "../../lib/recording/recording.ts";
import { SampleTable } from "../../lib/recording/sample_table.ts";
import { StackTable } from "../../lib/recording/stack_table.ts";

/** Modules by the first letter of a symbol's prefix, as `deno` for the runtime without names. */
const MODULES: Readonly<Record<string, string>> = {
  js: "/tmp/perf-42.map",
  deno: "/usr/bin/deno",
  v8: "/tmp/perf-42.map",
  libc: "/usr/lib/libc.so.6",
  xp: "/app/ffi/prebuilt/libxperf-x86_64.so",
  kernel: "[kernel.kallsyms]",
};

/** A stack to make: `thread: module/symbol module/symbol …`, outermost first, and its samples. */
export type StackText = [text: string, samples: number, options?: { isCut?: boolean }];

/**
 * A recording of stacks as one writes them: `deno: libc/main deno/ js/js::foo:/a.ts:1`, every
 * sample standing for 1000.
 */
export function recordingOf(
  stacks: readonly StackText[],
  facts: Partial<Recording> = {},
): Recording {
  const frames = new FrameTable();
  const table = new StackTable();
  for (const [text, samples, { isCut = false } = {}] of stacks) {
    const [thread, ...words] = text.split(" ");
    const path = words.map((word) => {
      const [, place, symbol] = /^(\w+)\/(.*)$/.exec(word)!;
      return frames.at({ symbol: symbol!, module: MODULES[place!]!, isKernel: place === "kernel" });
    });
    table.add(thread!.replace(/:$/, ""), path, { weight: 1000 * samples, samples, isCut });
  }
  return {
    sampler: "perf",
    samplerVersion: "perf 6.12.95",
    command: ["/usr/bin/deno", "run", "-A", "/src/app.ts", "--fast"],
    event: "cpu-clock",
    unit: "nanoseconds",
    frequency: 999,
    callGraph: { method: "fp" },
    maxFrames: 127,
    start: Date.UTC(2026, 10, 24, 10, 30),
    duration: 1500,
    lostSamples: 0,
    clock: "perf",
    threads: [],
    samples: SampleTable.empty(),
    stacks: table.stacks(),
    ...facts,
  };
}

/** The stacks of a program with trampolines. */
export const TRAMPOLINES: readonly StackText[] = [
  [
    "deno: libc/main deno/ xp/xp_call js/js::bar:/a.ts:2 deno/ v8/ xp/xp_call js/js::foo:/a.ts:1 deno/ v8/",
    60,
  ],
  [
    "deno: libc/main deno/ xp/xp_call js/js::bar:/a.ts:2 deno/ v8/ xp/xp_call js/js::foo:/a.ts:1 v8/",
    10,
  ],
  ["deno: libc/main deno/ xp/xp_call js/js::bar:/a.ts:2 deno/ v8/ deno/", 10],
  [
    "deno: libc/main deno/ xp/xp_call js/js::bar:/a.ts:2 deno/ v8/ libc/memmove kernel/page_fault",
    5,
  ],
  ["deno: libc/main deno/", 10],
  ["worker: libc/start_thread v8/", 5],
];

/** The text of a report; none of one that is bytes. */
export function textOf(content: ReportContent): string {
  return content instanceof Uint8Array ? "" : [...content].join("");
}
