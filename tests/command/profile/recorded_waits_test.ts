import { deepEqual, equal, match, throws } from "node:assert/strict";

import { RecordedWaits, waitsPath } from "../../../lib/command/profile/recorded_waits.ts";
import { decodeRecording } from "../../../lib/recording/recording_file.ts";
import { timedRecording } from "../../support/timed_recording.ts";
import { Workplace } from "../../support/command_process.ts";

Deno.test("waitsPath() is beside the recording", () => {
  equal(waitsPath("perf.data"), "perf.await.json");
  equal(waitsPath("/a/recording.json"), "/a/recording.await.json");
  equal(waitsPath("/a/own"), "/a/own.await.json");
});

Deno.test("RecordedWaits makes a recording of what the program writes", async () => {
  await using place = new Workplace();
  const output = `${place.path}/perf.data`;
  const waits = new RecordedWaits(output, true);
  const file = waits.variables["JS_PERF_WAITS"]!;
  Deno.writeTextFileSync(
    file,
    '["waits",2,7,8,0]\n["stack",0,["main","/a.ts",1,1]]\n["waits",0,0,2e6,2e6,10e6,4,0,0]\n',
  );
  waits.read();
  waits[Symbol.dispose]();
  throws(() => Deno.statSync(file), Deno.errors.NotFound);
  const { path, notes } = waits.end({ command: ["deno"] })[0]!;
  equal(path, `${place.path}/perf.await.json`);
  match(notes.join(), /^note: 1 awaits were recorded, which stand for about 4; the whole time is/);
  equal(decodeRecording(Deno.readTextFileSync(path)).event, "await");
  // The next recording without waits removes them.
  const none = new RecordedWaits(output, false);
  deepEqual(none.variables, {});
  none.read();
  deepEqual(none.end({ command: [] }), []);
  equal(place.has("perf.await.json"), false);
});

Deno.test("RecordedWaits says where a program awaited nothing", async () => {
  await using place = new Workplace();
  const waits = new RecordedWaits(`${place.path}/perf.data`, true);
  Deno.writeTextFileSync(waits.variables["JS_PERF_WAITS"]!, '["waits",2,7,8,0]\n');
  waits.read();
  waits[Symbol.dispose]();
  const { recordings, notes } = waits.end({ command: [] })[0]!;
  deepEqual([recordings, notes], [[], ["note: the program awaited nothing"]]);
});

Deno.test("RecordedWaits says that it knows nothing of Workers", async () => {
  await using place = new Workplace();
  const waits = new RecordedWaits(`${place.path}/perf.data`, true);
  Deno.writeTextFileSync(waits.variables["JS_PERF_WAITS"]!, '["waits",2,1,1,0]\n');
  waits.read();
  waits[Symbol.dispose]();
  const running = (tid: number, pid = 1) =>
    timedRecording([{ stack: "a@/a.ts:1:1", time: 1, tid, pid }]);
  const notes = (tid: number, pid?: number) =>
    waits.end({ command: [], running: running(tid, pid) })[0]!.notes;
  match(notes(2).join(), /awaits of Workers are not recorded/);
  for (const [tid, pid] of [[1, 1], [2, 2]] as const) {
    equal(notes(tid, pid).join().includes("Workers"), false);
  }
});
