import { deepEqual, equal } from "node:assert/strict";

import {
  defaultEventName,
  readEventAttributes,
} from "../../../lib/recording/perf_data/event_attributes.ts";
import { readFileHeader } from "../../../lib/recording/perf_data/file_header.ts";
import { PerfDataWriter } from "../../support/perf_data_file.ts";
import { wallWriter } from "../../support/wall_data_file.ts";

const attributesOf = (writer: PerfDataWriter) =>
  readFileHeader(writer.sample({ pid: 1, time: 1 }).file()).events.map(({ attributes }) =>
    attributes
  );

Deno.test("readEventAttributes() knows each event's rate, and whether switches are recorded", () => {
  deepEqual(
    attributesOf(wallWriter()).map(({ config, rate, isFrequency, hasSwitches }) => [
      ...[config, rate, isFrequency, hasSwitches],
    ]),
    [[0, 999, true, true], [3, 1, false, false]],
  );
  const [usual] = attributesOf(new PerfDataWriter());
  equal(usual!.hasSwitches, false);
});

Deno.test("readEventAttributes() takes fields that an old perf did not write for 0", () => {
  const bytes = new DataView(new ArrayBuffer(64));
  bytes.setUint32(4, 64, true);
  // The flag use_clockid, without the clock's field.
  bytes.setUint32(40, 1 << 25, true);
  const { clock, maxFrames, stackSize } = readEventAttributes(bytes, 0);
  deepEqual({ clock, maxFrames, stackSize }, { clock: 0, maxFrames: 0, stackSize: 0 });
});

Deno.test("defaultEventName() names events of the kernel, and others by their numbers", () => {
  const [clock, switches] = attributesOf(wallWriter());
  equal(defaultEventName(clock!), "cpu-clock");
  equal(defaultEventName(switches!), "context-switches");
  equal(defaultEventName({ ...clock!, type: 9, config: 255 }), "event type 9 0xff");
});
