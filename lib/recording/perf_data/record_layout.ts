import { type EventAttributes, SampleType } from "./event_attributes.ts";

/** Offsets of a sample's fields from the record's start; -1 for a field that it does not have. */
export interface SampleLayout {
  ip: number;
  tid: number;
  time: number;
  period: number;
  /** Its last fixed field: the number of addresses follows. */
  callChain: number;
  /** The least size of a sample: head, fixed fields and the length of the call chain. */
  least: number;
}

/**
 * The fields of a sample up to the call chain, in their order, of 8 bytes each
 * (perf_event_open(2)).
 */
const SAMPLE_FIELDS = [
  ...["IDENTIFIER", "IP", "TID", "TIME", "ADDR", "ID", "STREAM_ID", "CPU", "PERIOD"] as const,
  "CALLCHAIN",
] as const;

/** The fields of `sample_id`, which stands at the end of other records. */
const ID_FIELDS = ["TID", "TIME", "ID", "STREAM_ID", "CPU", "IDENTIFIER"] as const;

/** Bytes in front of the first field. */
const RECORD_HEAD = 8;

/** Finds the fields of an event's samples. */
export function sampleLayout({ sampleType }: EventAttributes): SampleLayout {
  const fields = SAMPLE_FIELDS.filter((field) => sampleType & SampleType[field]);
  const offsetOf = (field: typeof SAMPLE_FIELDS[number]) => {
    const index = fields.indexOf(field);
    return index < 0 ? -1 : RECORD_HEAD + 8 * index;
  };
  return {
    ip: offsetOf("IP"),
    tid: offsetOf("TID"),
    time: offsetOf("TIME"),
    period: offsetOf("PERIOD"),
    callChain: offsetOf("CALLCHAIN"),
    least: RECORD_HEAD + 8 * fields.length,
  };
}

/** The offset in a sample of its event's id; -1 where there is one event only. */
export function eventIdOffset(events: readonly EventAttributes[]): number {
  if (events.length < 2) return -1;
  if (events.every(({ sampleType }) => sampleType & SampleType.IDENTIFIER)) return RECORD_HEAD;
  const { sampleType } = events[0]!;
  const before = SAMPLE_FIELDS.slice(0, SAMPLE_FIELDS.indexOf("ID"));
  return RECORD_HEAD + 8 * before.filter((field) => sampleType & SampleType[field]).length;
}

/** The size of `sample_id`, and the offset of its time, counted back from the record's end. */
export function sampleIdLayout(
  { sampleType }: EventAttributes,
): { size: number; time: number } {
  const fields = ID_FIELDS.filter((field) => sampleType & SampleType[field]);
  const time = fields.indexOf("TIME");
  return { size: 8 * fields.length, time: 8 * (fields.length - time) };
}
