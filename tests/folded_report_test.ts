import { deepEqual, equal } from "node:assert/strict";

import { redrawReport } from "../lib/folded_report.ts";

/** As perf 6.12 prints it. */
const REPORT = `\
# To display the perf.data header info, please use --header/--header-only options.
#
#
# Total Lost Samples: 0
#
# Samples: 1K of event 'cpu-clock'
# Event count (approx.): 100
#
# Overhead       Samples  Command        
# ........  ............  ...............
#
    90.00%           900  deno           
600 __libc_start_call_main;0x5;js::<module>:/app.ts;0x6;xp_call;js::get x:/app.ts:3;0x7f06740076a9
299 __libc_start_call_main;0x9;js::<module>:/app.ts;0x6;xp_call;js::get x:/app.ts:3;asm_exc_page_fault
1 __libc_start_call_main;rare

    10.00%           100  V8 DefaultWorke
100 start_thread;0x5

     0.10%             1  brief
1 start_thread


#
# (Tip: Generate a script for your data: perf script -g <lang>)
#
`;

Deno.test("redrawReport() draws callers above callees and keeps perf's own rows", async () => {
  const { text, samples } = await redrawReport(REPORT.split("\n"));
  equal(samples, 1001);
  equal(
    text,
    `\
# Total Lost Samples: 0
#
# Samples: 1K of event 'cpu-clock'
# Event count (approx.): 100
#
# Overhead       Samples  Command
# ........  ............  ...............
#
    90.00%           900  deno
    90.00%           900    __libc_start_call_main
    89.90%           899      js::<module>:/app.ts
    89.90%           899        js::get x:/app.ts:3
    29.90%           299          asm_exc_page_fault

    10.00%           100  V8 DefaultWorke
    10.00%           100    start_thread`,
  );
});

Deno.test("redrawReport() shows more with a smaller limit", async () => {
  const { text } = await redrawReport(REPORT.split("\n"), 0);
  equal(text.includes("rare"), true);
  equal(text.includes("brief"), true);
});

Deno.test("redrawReport() counts nothing where perf printed no rows", async () => {
  deepEqual(await redrawReport(["# Total Lost Samples: 0", "#"]), {
    text: "# Total Lost Samples: 0",
    samples: 0,
    stacks: { javascript: 0, cut: 0, lost: 0 },
  });
  equal((await redrawReport([])).samples, 0);
});

Deno.test("redrawReport() counts stacks with JavaScript, those that are cut off, and lost samples", async () => {
  const { stacks } = await redrawReport(
    `\
# Total Lost Samples: 42
    90.00%            60  deno
10 __libc_start_call_main;js::foo:/a.ts:1
7 0x5;js::foo:/a.ts:1;js::bar:/a.ts:2
3 js::bar:/a.ts:2;0x7
20 0x5;0x6
20 0x1;__libc_start_main@@GLIBC_2.34;__libc_start_call_main;js::foo:/a.ts:1
    10.00%            10  worker
10 clone3;start_thread;js::foo:/a.ts:1`.split("\n"),
  );
  deepEqual(stacks, { javascript: 50, cut: 10, lost: 42 });
});

Deno.test("redrawReport() leaves out the names that a jitdump gives to regions", async () => {
  const { text } = await redrawReport(
    "    90.00%            60  deno\n60 [deno];[generated code];js::foo:/a.ts:1;[deno]".split("\n"),
  );
  equal(text.split("\n").length, 2);
});
