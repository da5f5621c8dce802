import { equal } from "node:assert/strict";

import { CLOCK_FILE, parseClockFile } from "../../lib/v8_log/clock_file.ts";
import { fc, fuzz } from "../support/fuzz.ts";

fuzz(
  "parseClockFile() gives only what is sound, whatever JSON it reads",
  fc.record({
    version: fc.constantFrom(1, 1, 1, 2),
    command: fc.oneof(fc.record({ pid: fc.nat(), started: fc.nat() }), fc.jsonValue()),
    processes: fc.jsonValue(),
    logs: fc.oneof(
      fc.dictionary(fc.string(), fc.record({ pid: fc.nat(), polls: fc.jsonValue() })),
      fc.jsonValue(),
    ),
    markers: fc.jsonValue(),
  }),
  (value) => {
    const clock = parseClockFile(JSON.stringify(value));
    for (const { pid, polls } of Object.values(clock?.logs ?? {})) {
      equal(typeof pid, "number", CLOCK_FILE);
      for (const poll of polls) equal(poll.length === 3 && poll.every(Number.isFinite), true);
    }
  },
);
