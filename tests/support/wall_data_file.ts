/* A recording of real time, as `perf record` makes it of `perfRecordArgs({ isOfRealTime: true })`. */
import { Bit, PerfDataWriter, USUAL } from "./perf_data_file.ts";

/** The events by their place in the file. */
export const CLOCK = 0;
export const SWITCHES = 1;

/** Opens a writer. @param count The number of switches that a sample is of. */
export function wallWriter(count = 1): PerfDataWriter {
  return new PerfDataWriter({
    events: ["cpu-clock", "context-switches"],
    sampleTypes: [USUAL, USUAL & ~Bit.PERIOD],
    // The flag context_switch.
    perEvent: [{ flags: 1n << 26n }, { count }],
  });
}
