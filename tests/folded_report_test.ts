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
  });
  equal((await redrawReport([])).samples, 0);
});
