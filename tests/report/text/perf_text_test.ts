import { equal, match } from "node:assert/strict";

import { foldFrames } from "../../../lib/report/figures/fold_frames.ts";
import { formatPerfText } from "../../../lib/report/text/perf_text.ts";
import { recordingOf, TRAMPOLINES } from "../../support/recordings.ts";

Deno.test("formatPerfText() draws callers above callees in perf's own columns", () => {
  equal(
    formatPerfText(foldFrames(recordingOf(TRAMPOLINES, { lostSamples: 3 }))),
    `\
# Total Lost Samples: 3
#
# Samples: 100 of event 'cpu-clock'
# Event count (approx.): 100000
#
# Overhead       Samples  Command
# ........  ............  ...............
#
    95.00%            95  deno
    95.00%            95    main
    85.00%            85      js::bar:/a.ts:2
    70.00%            70        js::foo:/a.ts:1
    10.00%            10        [deno]
     5.00%             5        memmove
     5.00%             5          page_fault
    10.00%            10      [deno]

     5.00%             5  worker
     5.00%             5    start_thread
     5.00%             5      [generated code]
`,
  );
});

Deno.test("formatPerfText() leaves out frames below the limit", () => {
  const recording = recordingOf([["deno: libc/main", 1000], ["deno: libc/rare", 1], ["brief:", 1]]);
  equal(/rare|brief/.test(formatPerfText(recording)), false);
  match(formatPerfText(recording, 0), /rare\n\n.*brief\n/);
});

Deno.test("formatPerfText() counts in thousands as perf does, and names another sampler", () => {
  const text = formatPerfText(
    recordingOf([["deno: libc/main", 12_999]], {
      sampler: "builtin",
      samplerVersion: "built-in sampler",
    }),
  );
  match(text, /^# Samples: 12K of event 'cpu-clock', by the built-in sampler$/m);
});

Deno.test("formatPerfText() has a head even without samples", () => {
  match(formatPerfText(recordingOf([])), /^# Total Lost Samples: 0\n#\n# Samples: 0 of event/);
});
