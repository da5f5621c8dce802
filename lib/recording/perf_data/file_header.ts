import { type PerfDataFile, readSection, readText, readUint64 } from "./data_file.ts";
import {
  defaultEventName,
  type EventAttributes,
  LEAST_ATTRIBUTES_SIZE,
  readEventAttributes,
} from "./event_attributes.ts";

/** A part of the file. */
export interface FileSection {
  offset: number;
  size: number;
}

/** An event that was recorded. */
export interface RecordedEvent {
  /** Its name, as `cpu-clock:u`. */
  name: string;
  attributes: EventAttributes;
  /** The ids by which records name the event. */
  ids: readonly number[];
}

/** Layouts of files. */
export type FileForm = "file" | "pipe" | "big-endian" | "unknown";

/**
 * The parts in front of and behind the records
 * (tools/perf/Documentation/perf.data-file-format.txt).
 */
export interface FileHeader {
  form: FileForm;
  /** In the file's order. */
  events: readonly RecordedEvent[];
  /** The records; the size is 0 where perf did not finish the file. */
  data: FileSection;
  /** By {@linkcode Feature}. */
  features: ReadonlyMap<number, FileSection>;
  /** The command that made the file, word by word. */
  commandLine: readonly string[];
  /** perf's version, as `6.12.95`; empty where it is unknown. */
  version: string;
  /** Times of the first and the last sample. */
  sampleTime?: { first: number; last: number };
  /** A time of the recording's clock, and milliseconds since 1970 at that moment. */
  reference?: { time: number; wallClock: number };
}

/** Numbers of features, `HEADER_*` (tools/perf/util/header.h). */
export const Feature = {
  BUILD_ID: 2,
  HOSTNAME: 3,
  OSRELEASE: 4,
  VERSION: 5,
  ARCH: 6,
  NRCPUS: 7,
  CMDLINE: 11,
  EVENT_DESC: 12,
  AUXTRACE: 18,
  SAMPLE_TIME: 21,
  DIR_FORMAT: 24,
  COMPRESSED: 27,
  CLOCK_DATA: 29,
} as const;

const HEADER_SIZE = 104;
const FEATURES_AT = 72;
const FEATURE_BITS = 256;

/** No recording has more events. Without a limit a damaged file could make millions. */
const MOST_EVENTS = 4096;
const MOST_WORDS = 65536;

/** Reads the head of a file. Of a form that cannot be read directly it finds the form only. */
export function readFileHeader(file: PerfDataFile): FileHeader {
  const view = readSection(file, { offset: 0, size: HEADER_SIZE });
  const form = formOf(view);
  if (form !== "file") return { ...EMPTY, form };
  const sectionAt = (at: number): FileSection => ({
    offset: readUint64(view, at),
    size: readUint64(view, at + 8),
  });
  const data = sectionAt(40);
  const features = readFeatures(file, { view, data });
  const feature = (number: number): DataView =>
    readSection(file, features.get(number) ?? { offset: 0, size: 0 });
  const attributes = readEvents(file, { section: sectionAt(24), size: readUint64(view, 16) });
  const descriptions = readDescriptions(feature(Feature.EVENT_DESC));
  return {
    form,
    data,
    features,
    events: attributes.map((event, i) => namedEvent(event, descriptions[i])),
    commandLine: readWords(feature(Feature.CMDLINE)),
    version: readString(feature(Feature.VERSION), 0)?.text ?? "",
    sampleTime: readSampleTime(feature(Feature.SAMPLE_TIME)),
    reference: readReference(feature(Feature.CLOCK_DATA)),
  };
}

const EMPTY: Omit<FileHeader, "form"> = {
  events: [],
  data: { offset: 0, size: 0 },
  features: new Map(),
  commandLine: [],
  version: "",
};

/** The magic is `PERFILE2`, as a number of the machine's byte order. */
function formOf(view: DataView): FileForm {
  if (view.byteLength < 16) return "unknown";
  if (view.getUint32(0, true) === 0x494c4532 && view.getUint32(4, true) === 0x50455246) {
    return "big-endian";
  }
  if (view.getUint32(0, true) !== 0x46524550 || view.getUint32(4, true) !== 0x32454c49) {
    return "unknown";
  }
  const size = readUint64(view, 8);
  if (size === 16) return "pipe";
  return size === HEADER_SIZE && view.byteLength === HEADER_SIZE ? "file" : "unknown";
}

/** Reads the table of features, which stands behind the records. */
function readFeatures(
  file: PerfDataFile,
  { view, data }: { view: DataView; data: FileSection },
): Map<number, FileSection> {
  const present: number[] = [];
  for (let bit = 0; bit < FEATURE_BITS; bit++) {
    if ((view.getUint8(FEATURES_AT + (bit >> 3)) >> (bit & 7)) & 1) present.push(bit);
  }
  const features = new Map<number, FileSection>();
  // perf writes the size and the table last: without a size there is no table.
  if (data.size === 0) return features;
  const table = readSection(file, { offset: data.offset + data.size, size: 16 * present.length });
  for (const [i, number] of present.entries()) {
    if (16 * (i + 1) > table.byteLength) break;
    features.set(number, {
      offset: readUint64(table, 16 * i),
      size: readUint64(table, 16 * i + 8),
    });
  }
  return features;
}

type UnnamedEvent = Omit<RecordedEvent, "name">;

function readEvents(
  file: PerfDataFile,
  { section, size }: { section: FileSection; size: number },
): UnnamedEvent[] {
  const view = readSection(file, section);
  const events: UnnamedEvent[] = [];
  if (size < LEAST_ATTRIBUTES_SIZE + 16) return events;
  for (let at = 0; at + size <= view.byteLength && events.length < MOST_EVENTS; at += size) {
    const entry = new DataView(view.buffer, view.byteOffset + at, size);
    const ids = readSection(file, {
      offset: readUint64(entry, size - 16),
      size: readUint64(entry, size - 8),
    });
    events.push({ attributes: readEventAttributes(entry, 0), ids: numbersOf(ids) });
  }
  return events;
}

function numbersOf(view: DataView): number[] {
  const numbers: number[] = [];
  for (let at = 0; at + 8 <= view.byteLength; at += 8) numbers.push(readUint64(view, at));
  return numbers;
}

/** An entry of EVENT_DESC. */
interface EventDescription {
  name: string;
  ids: number[];
}

function readDescriptions(view: DataView): EventDescription[] {
  const descriptions: EventDescription[] = [];
  if (view.byteLength < 8) return descriptions;
  const count = Math.min(view.getUint32(0, true), MOST_EVENTS);
  const attributesSize = view.getUint32(4, true);
  let at = 8;
  for (let i = 0; i < count; i++) {
    if (at + attributesSize + 4 > view.byteLength) break;
    const idsSize = 8 * view.getUint32(at + attributesSize, true);
    const name = readString(view, at + attributesSize + 4);
    if (name === undefined || name.end + idsSize > view.byteLength) break;
    const ids = new DataView(view.buffer, view.byteOffset + name.end, idsSize);
    descriptions.push({ name: name.text, ids: numbersOf(ids) });
    at = name.end + idsSize;
  }
  return descriptions;
}

function namedEvent(event: UnnamedEvent, description: EventDescription | undefined): RecordedEvent {
  const name = description?.name || defaultEventName(event.attributes);
  const ids = event.ids.length > 0 ? event.ids : description?.ids ?? [];
  return { ...event, name, ids };
}

/** Reads a string: a length, then the text, filled up with zeros to it (`do_write_string`). */
function readString(view: DataView, at: number): { text: string; end: number } | undefined {
  if (at + 4 > view.byteLength) return undefined;
  const end = at + 4 + view.getUint32(at, true);
  return end > view.byteLength ? undefined : { text: readText(view, at + 4, end), end };
}

function readWords(view: DataView): string[] {
  const words: string[] = [];
  if (view.byteLength < 4) return words;
  const count = Math.min(view.getUint32(0, true), MOST_WORDS);
  for (let at = 4; words.length < count;) {
    const word = readString(view, at);
    if (word === undefined) break;
    words.push(word.text);
    at = word.end;
  }
  return words;
}

function readSampleTime(view: DataView): FileHeader["sampleTime"] {
  if (view.byteLength < 16) return undefined;
  return { first: readUint64(view, 0), last: readUint64(view, 8) };
}

/**
 * Reads version and clock, then the wall clock and that clock at one moment (`write_clock_data`).
 */
function readReference(view: DataView): FileHeader["reference"] {
  if (view.byteLength < 24) return undefined;
  return { wallClock: readUint64(view, 8) / 1e6, time: readUint64(view, 16) };
}
