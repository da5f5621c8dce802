import { type EventAttributes, SampleType } from "./event_attributes.ts";
import { Feature, type FileHeader } from "./file_header.ts";

/** `PERF_SAMPLE_BRANCH_CALL_STACK`: perf makes call chains from branches. */
const BRANCH_CALL_STACK = 1 << 11;

/**
 * Decides whether a file can be read without `perf script`.
 *
 * @param header The file's head.
 * @returns The obstacle, as a clause; `undefined` where there is none.
 */
export function canReadDirectly(header: FileHeader): string | undefined {
  const { form, events, data, features, commandLine } = header;
  if (form !== "file") return FORMS[form];
  if (events.length === 0) return "it names no events";
  if (data.size === 0) return "perf has not written it to its end";
  if (features.has(Feature.COMPRESSED)) return "it is compressed";
  if (features.has(Feature.DIR_FORMAT)) return "it is one of several files";
  if (features.has(Feature.AUXTRACE)) return "it has traces of the processor";
  if (commandLine[1] === "inject") return "perf inject has made it";
  for (const { attributes } of events) {
    const obstacle = obstacleOf(attributes);
    if (obstacle !== undefined) return obstacle;
  }
  const types = new Set(events.map(({ attributes }) => attributes.sampleType));
  const areMarked = [...types].every((type) => type & SampleType.IDENTIFIER) ||
    types.size === 1 && [...types].every((type) => type & SampleType.ID);
  return events.length > 1 && !areMarked ? "its samples do not name their event" : undefined;
}

const FORMS = {
  pipe: "it was written into a pipe",
  "big-endian": "its numbers are big-endian",
  unknown: "its version is unknown",
} as const;

function obstacleOf(attributes: EventAttributes): string | undefined {
  const { sampleType, hasSampleId, branchType, hasUnknownFlags } = attributes;
  const needed = SampleType.IP | SampleType.TID | SampleType.TIME;
  if ((sampleType & needed) !== needed) return "its samples have no address, thread or time";
  if (!hasSampleId) return "its records have no times";
  if (sampleType & (SampleType.STACK_USER | SampleType.REGS_USER)) {
    return "stacks are to be unwound";
  }
  if (sampleType & SampleType.READ) return "its samples have counters of groups";
  if (branchType & BRANCH_CALL_STACK) return "its call chains are branches";
  return hasUnknownFlags ? "a newer kernel has made it" : undefined;
}
