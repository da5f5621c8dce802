import { deepEqual, throws } from "node:assert/strict";

import { perfRecordArgs } from "../../lib/perf/perf_record_args.ts";

Deno.test("perfRecordArgs() has the defaults of a profile", () => {
  deepEqual(perfRecordArgs(), ["-F", "999", "--call-graph", "fp", "-o", "perf.data"]);
});

Deno.test("perfRecordArgs() passes all options under perf's own names", () => {
  deepEqual(
    perfRecordArgs({
      frequency: 99,
      callGraph: { method: "dwarf", size: 16384 },
      event: "cpu-clock",
      output: "out.data",
      pid: 42,
      clock: "mono",
      mmapPages: "16M",
    }).join(" "),
    "-F 99 --call-graph dwarf,16384 -e cpu-clock -o out.data -p 42 -k mono -m 16M",
  );
});

Deno.test("perfRecordArgs() keeps the command's own options behind --", () => {
  const command = ["deno", "run", "-A", "app.ts", "-F", "--", ""];
  const args = perfRecordArgs({ command });
  deepEqual(args.slice(args.indexOf("--") + 1), command);
});

Deno.test("perfRecordArgs() refuses numbers that perf would misread", () => {
  for (const frequency of [0, -1, 1.5, NaN, Infinity, 2 ** 31]) {
    throws(() => perfRecordArgs({ frequency }), {
      name: "RangeError",
      message:
        `Cannot record with frequency "${frequency}": must be a whole number from 1 to 2147483647`,
    });
  }
  throws(() => perfRecordArgs({ pid: 0 }), RangeError);
  throws(() => perfRecordArgs({ callGraph: { method: "dwarf", size: 65536 } }), RangeError);
  for (const mmapPages of [0, -4, 1.5, "", "x", "3x", "16 M"]) {
    throws(() => perfRecordArgs({ mmapPages }), RangeError);
  }
});

Deno.test("perfRecordArgs() refuses an unknown clock and empty texts", () => {
  throws(() => perfRecordArgs({ clock: "sundial" }), /^RangeError: .*"sundial".*mono/);
  throws(() => perfRecordArgs({ event: "" }), RangeError);
  throws(() => perfRecordArgs({ output: "" }), RangeError);
});

Deno.test("perfRecordArgs() of real time records all switches with their stacks, and keeps -F", () => {
  const args = perfRecordArgs({ isOfRealTime: true, frequency: 499, output: "x.data" });
  const events = args.filter((_, i) => args[i - 1] === "-e");
  deepEqual(events, ["cpu-clock/freq=499/", "context-switches/period=1/"]);
  deepEqual(args.includes("-F"), false);
  deepEqual(args.includes("--switch-events"), true);
  for (
    const other of [{ event: "cycles" }, { callGraph: { method: "dwarf", size: 8192 } } as const]
  ) {
    throws(
      () => perfRecordArgs({ isOfRealTime: true, ...other }),
      /^RangeError: Cannot record real time with .*: must be without$/,
    );
  }
});
