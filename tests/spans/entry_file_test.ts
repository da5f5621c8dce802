import { equal, ok, throws } from "node:assert/strict";

import { monotonicClock } from "../../lib/native/monotonic_clock.ts";
import { readSpanLog, SPAN_FILES, type SpanFileEntry } from "../../lib/recording/spans/span_log.ts";
import { EntryFile } from "../../lib/spans/entry_file.ts";
import { Workplace } from "../support/command_process.ts";

/** CLOCK_MONOTONIC now, in nanoseconds. */
function monotonic(): number {
  const clock = monotonicClock();
  if ("obstacle" in clock) throw new Error(clock.obstacle);
  return clock.now();
}

Deno.test("EntryFile writes times of CLOCK_MONOTONIC", async () => {
  await using place = new Workplace();
  const path = place.write("spans", "");
  const file = new EntryFile<SpanFileEntry>(path, SPAN_FILES);
  const before = monotonic();
  const time = file.now();
  const after = monotonic();
  file.add(["span", 1, "one", 0, time, file.timeOf(performance.now())]);
  // An entry waits for others.
  equal(Deno.readTextFileSync(path).split("\n").length, 2);
  equal(file.isDue(time), false);
  equal(file.isDue(time + 1e9), true);
  file.close();
  const { pid, tid, spans } = readSpanLog(Deno.readTextFileSync(path));
  // `deno test` runs each module in a thread of its own.
  equal(pid, Deno.pid);
  ok(Deno.statSync(`/proc/${pid}/task/${tid}`).isDirectory);
  const [{ start, end }] = spans as [typeof spans[number]];
  // Both clocks are read a moment apart.
  ok(before - 1e6 < start && start < after + 1e6, `${before} ${start} ${after}`);
  ok(start <= end!);
});

Deno.test("EntryFile writes many entries at once, and none into a link", async () => {
  await using place = new Workplace();
  const path = place.write("spans", "");
  const file = new EntryFile<SpanFileEntry>(path, SPAN_FILES);
  file.flush();
  for (let i = 0; i < 500; i++) file.add(["measure", "a", i, i + 1]);
  equal(file.isDue(0), true);
  file.flush();
  equal(readSpanLog(Deno.readTextFileSync(path)).measures.length, 500);
  file.close();
  Deno.symlinkSync(path, `${place.path}/link`);
  throws(() => new EntryFile(`${place.path}/link`, SPAN_FILES), { code: "ELOOP" });
});
