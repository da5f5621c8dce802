import { deepEqual, equal, throws } from "node:assert/strict";

import { parseFileCommandLine } from "../../../lib/command/command_line.ts";
import { parseOptionsOf } from "../../../lib/command/options.ts";
import {
  chosenEvents,
  eventSuffix,
  isSameEvent,
  requireOneEvent,
} from "../../../lib/command/report/events.ts";
import { runCommand, Workplace } from "../../support/command_process.ts";
import { PerfDataWriter, USER } from "../../support/perf_data_file.ts";
import { recordingOf } from "../../support/recordings.ts";

const recordings = ["cycles", "instructions"].map((event) =>
  recordingOf([["deno: libc/main", 1]], { event, unit: "events" })
);

const line = (...args: string[]) => parseFileCommandLine(args, parseOptionsOf("report")).line;

Deno.test("chosenEvents() takes all events, or the one that is named", () => {
  const chosen = (...args: string[]) =>
    chosenEvents(recordings, line(...args)).map(({ event }) => event);
  deepEqual(chosen(), ["cycles", "instructions"]);
  deepEqual(chosen("--event", "instructions"), ["instructions"]);
  throws(() => chosen("-e", "faults"), {
    name: "PerfError",
    message: 'Cannot report event "faults": the recording has cycles, instructions',
    hint: "--event cycles",
  });
});

Deno.test("isSameEvent() tells what is counted apart, not how precisely", () => {
  const table: [string, string, boolean][] = [
    ["cycles", "cycles:P", true],
    ["cycles:u", "cycles:uppp", true],
    ["cycles:u", "cycles:k", false],
    ["cycles", "cycles:u", false],
    ["cpu-clock", "task-clock", true],
    ["sched:sched_wakeup", "sched:sched_switch", false],
    ["sched:sched_wakeup", "sched:sched_wakeup", true],
  ];
  for (const [one, other, isSame] of table) {
    equal(isSameEvent(one, other), isSame, `${one} ${other}`);
  }
});

Deno.test("requireOneEvent() names the events", () => {
  requireOneEvent(recordings.slice(1), "-");
  throws(() => requireOneEvent(recordings, "-"), {
    message: 'Cannot write the reports of 2 events to "-": must be one of cycles, instructions',
    hint: "--event cycles",
  });
  deepEqual([0, 1].map((i) => eventSuffix(recordings, i)), ["", ".instructions"]);
});

/** No process has this number, which is above the kernel's limit, so /tmp has no log of it. */
const PID = 1 << 23;

/** A recording of two events by perf, with two functions of a program. */
function writeRecording(place: Workplace, name: string, events: readonly string[]): void {
  const writer = new PerfDataWriter({ events }).comm(PID, PID, "deno")
    .map(PID, { start: 0x1000, size: 0x10000, path: "/usr/bin/none" });
  events.forEach((_, event) =>
    writer.sample({
      pid: PID,
      time: event + 1,
      chain: [USER, 0x1000 + 64 * event],
      event,
      period: 5,
    })
  );
  const { read, size } = writer.file();
  Deno.writeFileSync(`${place.path}/${name}`, read(0, size));
}

Deno.test("report() and diff() keep several events apart", async () => {
  await using place = new Workplace();
  writeRecording(place, "both.data", ["sched:sched_wakeup", "sched:sched_switch"]);
  writeRecording(place, "switch.data", ["sched:sched_switch"]);
  writeRecording(place, "wakeup.data", ["sched:sched_wakeup"]);
  const run = (...args: string[]) => runCommand(args, { cwd: place.path });
  const mixed = await run("report", "both.data", "--format", "folded", "-o", "-");
  equal(mixed.code, 2);
  equal(
    mixed.stderr,
    'error: Cannot write the reports of 2 events to "-": must be one of sched:sched_wakeup, ' +
      "sched:sched_switch\nhint: --event sched:sched_wakeup\n",
  );
  const chosen = ["report", "-q", "both.data", "--format", "folded", "-o", "-"];
  equal((await run(...chosen, "--event", "sched:sched_switch")).stdout, "deno;[none] 5\n");
  const diff = ["diff", "-q", "--format", "folded", "-o", "-"];
  equal((await run(...diff, "both.data", "switch.data")).stdout, "deno;[none] 5 5\n");
  const unlike = await run(...diff, "wakeup.data", "switch.data");
  equal(unlike.code, 1);
  equal(
    unlike.stderr.split("\n")[0],
    "error: Cannot compare sched:sched_wakeup with sched:sched_switch: must be the same event",
  );
  equal((await run(...diff, "both.data", "both.data")).code, 2);
});
