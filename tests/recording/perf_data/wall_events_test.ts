import { deepEqual, equal } from "node:assert/strict";

import { readFileHeader } from "../../../lib/recording/perf_data/file_header.ts";
import { wallEvents } from "../../../lib/recording/perf_data/wall_events.ts";
import { PerfDataWriter } from "../../support/perf_data_file.ts";
import { wallWriter } from "../../support/wall_data_file.ts";

const SAMPLE = { pid: 1, time: 5, chain: [0x1000] };

Deno.test("wallEvents() finds the events of real time by what they count, and by their switches", () => {
  const header = readFileHeader(wallWriter().sample(SAMPLE).file());
  deepEqual(wallEvents(header), { running: 0, switches: 1 });
});

Deno.test("wallEvents() takes no other recording for one of real time", () => {
  const usual = new PerfDataWriter({ events: ["cpu-clock", "context-switches"], count: 1 });
  equal(wallEvents(readFileHeader(usual.sample(SAMPLE).file())), undefined);
  equal(wallEvents(readFileHeader(wallWriter(2).sample(SAMPLE).file())), undefined);
});
