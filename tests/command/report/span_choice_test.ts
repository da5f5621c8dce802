import { deepEqual, equal, throws } from "node:assert/strict";

import {
  ofChosenSpans,
  parseSpanChoice,
  spansPath,
  withSpans,
} from "../../../lib/command/report/span_choice.ts";
import { Workplace } from "../../support/command_process.ts";
import { recordingOf } from "../../support/recordings.ts";
import { spanRecording } from "../../support/span_recording.ts";
import { timedRecording } from "../../support/timed_recording.ts";

/** A command line with some options. */
function lineOf(options: Record<string, string>) {
  const entries = Object.entries(options).map(([name, value]): [string, string[]] => [
    name,
    [value],
  ]);
  return { options: new Map(entries), script: undefined, scriptArgs: [], command: [] };
}

Deno.test("parseSpanChoice() reads a name and a share", () => {
  equal(parseSpanChoice(lineOf({})), undefined);
  deepEqual(parseSpanChoice(lineOf({ span: "a" })), { name: "a", slowest: undefined });
  deepEqual(parseSpanChoice(lineOf({ slowest: "5%" })), { name: undefined, slowest: 0.05 });
  deepEqual(parseSpanChoice(lineOf({ slowest: "12.5" })), { name: undefined, slowest: 0.125 });
  for (const value of ["", "0", "101%", "-5", "all", "5%%"]) {
    throws(() => parseSpanChoice(lineOf({ slowest: value })), {
      message: `Cannot report the slowest "${value}": must be a share above 0 %, as 5%`,
    });
  }
});

Deno.test("ofChosenSpans() names the spans that there are", () => {
  const recordings = [spanRecording()];
  equal(ofChosenSpans(recordings, undefined)[0], recordings[0]);
  equal(ofChosenSpans(recordings, { name: "query" })[0]!.samples.length, 1);
  throws(() => ofChosenSpans(recordings, { name: "GET /c" }), {
    message:
      'Cannot report span "GET /c": it was not seen, must be one of "query", "GET /a", "phase", "GET /b"',
  });
  throws(() => ofChosenSpans([recordingOf([])], { name: "a" }), {
    message: "Cannot report spans: the recording has none",
    hint: "profile --spans records them",
  });
});

Deno.test("withSpans() adds the spans that lie beside a recording", async () => {
  await using place = new Workplace();
  const path = `${place.path}/perf.data`;
  const recording = timedRecording([{ stack: "a@/a.ts:1:1", time: 5, tid: 7 }]);
  equal(withSpans([recording], path)[0], recording);
  place.write("perf.data.spans", "");
  equal(withSpans([recording], path)[0]!.spans, undefined);
  place.write(
    "perf.data.spans",
    '["spans",1,7,7,0]\n["runs",1,4e6,6e6]\n["span",1,"one",0,1,2]\n',
  );
  deepEqual([...withSpans([recording], path)[0]!.spans!.ofSample], [1]);
  // Its times are of another clock.
  equal(withSpans([{ ...recording, clock: "perf" }], path)[0]!.spans, undefined);
  place.write("perf.data.spans", "no spans\n");
  throws(() => withSpans([recording], path), {
    name: "PerfError",
    code: "file",
    hint: `rm ${spansPath(path)}`,
    message: /^Cannot read ".*perf\.data\.spans": it is damaged \(/,
  });
});
