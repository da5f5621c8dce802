import type {
  CodeHistory,
  FunctionCompilations,
  FunctionDeopts,
  FunctionPlace,
} from "./code_history.ts";
import { base64Of, bytesOf } from "./encoded_numbers.ts";
import { decodedSpans, encodedSpans } from "./encoded_spans.ts";
import type { Frame } from "./frame.ts";
import type { Recording, Stack } from "./recording.ts";
import { SampleTable } from "./sample_table.ts";
import type { SourceTexts } from "./sources.ts";
import { StackTable } from "./stack_table.ts";
import type { Thread } from "./thread.ts";

/** The beginning of files of all versions; the version follows. */
export const RECORDING_START = '{"format":"@x/perf recording","version":';

/** The version that is written; version 1 had neither threads nor single samples. */
const VERSION = 2;

/**
 * Encodes a recording as JSON for {@linkcode decodeRecording}. Each frame stands there once, and
 * stacks have the indices of their frames. Each column of the samples is base64 of little-endian
 * numbers: 64-bit floating point for times and weights, 32-bit integers for indices. Spans of samples
 * of time lie in a file of their own, as the program wrote it (spans/span_log.ts).
 */
export function encodeRecording(
  { stacks, samples, sources, spans, ...facts }: Recording,
): string {
  const ids = new Map<Frame, number>();
  const idOf = (frame: Frame) => {
    if (!ids.has(frame)) ids.set(frame, ids.size);
    return ids.get(frame)!;
  };
  const encoded = stacks.map(({ thread, frames, samples, weight, objects, isCut }) => ({
    thread,
    frames: frames.map(idOf),
    samples,
    weight,
    objects,
    isCut,
  }));
  const columns = {
    time: base64Of(samples.time),
    thread: base64Of(samples.thread),
    stack: base64Of(samples.stack),
    weight: base64Of(samples.weight),
  };
  const content = {
    ...facts,
    frames: [...ids.keys()],
    stacks: encoded,
    samples: columns,
    spans: spans && encodedSpans(spans),
    sources: [...sources ?? []],
  };
  return `${RECORDING_START}${VERSION},${JSON.stringify(content).slice(1)}\n`;
}

/**
 * Decodes a text that this or an earlier version of {@linkcode encodeRecording} has made.
 *
 * @throws {SyntaxError} If the text is something else, or incomplete.
 */
export function decodeRecording(text: string): Recording {
  const version = text.startsWith(RECORDING_START)
    ? parseInt(text.slice(RECORDING_START.length))
    : 0;
  if (version < 1 || version > VERSION) {
    throw new SyntaxError(
      `Cannot read a recording: it must begin with ${RECORDING_START} and a version up to ${VERSION}`,
    );
  }
  const { format: _format, version: _version, frames, stacks, sources: texts = [], ...facts } = JSON
    .parse(text);
  if (!isListOf(frames, isObject) || !isListOf(stacks, isStackOf(frames))) {
    throw new SyntaxError("Cannot read a recording: its frames or stacks are invalid");
  }
  if (!isListOf(texts, isText)) {
    throw new SyntaxError("Cannot read a recording: its sources are none");
  }
  if (facts["history"] !== undefined && !isHistory(facts["history"])) {
    throw new SyntaxError("Cannot read a recording: its history of code is invalid");
  }
  const sources: SourceTexts = new Map(texts);
  const table = decodedStacks(stacks, frames as unknown[] as Frame[]);
  if (version === 1) {
    return { ...facts, clock: "perf", threads: [], samples: SampleTable.empty(), stacks: table };
  }
  const { threads, samples, spans } = facts;
  if (!isListOf(threads, isThread) || !isObject(samples)) {
    throw new SyntaxError("Cannot read a recording: its threads or samples are invalid");
  }
  const limits = { threads: threads.length, stacks: table.length };
  const decoded = decodedSamples(samples, limits);
  return {
    ...facts,
    samples: decoded,
    stacks: table,
    sources,
    ...(spans === undefined ? {} : { spans: decodedSpans(spans, decoded.length) }),
  };
}

function decodedStacks(stacks: readonly EncodedStack[], frames: readonly Frame[]): Stack[] {
  const table = new StackTable();
  for (const { thread, frames: ids, ...count } of stacks) {
    table.add(thread, ids.map((id) => frames[id]!), count);
  }
  return table.stacks();
}

function decodedSamples(
  columns: Record<string, unknown>,
  { threads, stacks }: { threads: number; stacks: number },
): SampleTable {
  const table = new SampleTable({
    time: new Float64Array(bytesOf(columns["time"], 8)),
    thread: new Uint32Array(bytesOf(columns["thread"], 4)),
    stack: new Uint32Array(bytesOf(columns["stack"], 4)),
    weight: new Float64Array(bytesOf(columns["weight"], 8)),
  });
  const { time, thread, stack, weight, length } = table;
  const isWhole = [time, thread, stack, weight].every((column) => column.length === length);
  const isKnown = thread.every((index) => index < threads) &&
    stack.every((index) => index < stacks);
  if (isWhole && isKnown) return table;
  throw new SyntaxError("Cannot read a recording: its samples do not match its threads and stacks");
}

/** A stack in the file: its frames are indices. */
interface EncodedStack {
  thread: string;
  frames: number[];
  samples: number;
  weight: number;
  objects?: number;
  isCut: boolean;
}

function isListOf<Item>(
  value: unknown,
  isItem: (item: unknown) => item is Item,
): value is Item[] {
  return Array.isArray(value) && value.every(isItem);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): value is [file: string, text: string] {
  return Array.isArray(value) && value.length === 2 &&
    value.every((part) => typeof part === "string");
}

function isPlace(value: unknown): value is FunctionPlace {
  return isObject(value) && typeof value["name"] === "string" && typeof value["file"] === "string";
}

function isHistory(value: unknown): value is CodeHistory {
  const isCompiled = (entry: unknown): entry is FunctionCompilations =>
    isPlace(entry) && "maglev" in entry && typeof entry.maglev === "number" &&
    "turbofan" in entry && typeof entry.turbofan === "number";
  const isDeopt = (entry: unknown): entry is FunctionDeopts =>
    isPlace(entry) && "at" in entry && isPlace(entry.at) && "count" in entry &&
    typeof entry.count === "number" && "reason" in entry && typeof entry.reason === "string";
  return isObject(value) && isListOf(value["compilations"], isCompiled) &&
    isListOf(value["deopts"], isDeopt);
}

function isThread(value: unknown): value is Thread {
  return isObject(value) && typeof value["pid"] === "number" &&
    typeof value["tid"] === "number" && typeof value["name"] === "string";
}

function isStackOf(all: readonly unknown[]): (value: unknown) => value is EncodedStack {
  return (value): value is EncodedStack =>
    isObject(value) && typeof value["samples"] === "number" &&
    typeof value["weight"] === "number" && Array.isArray(value["frames"]) &&
    value["frames"].every((id) => Number.isInteger(id) && id >= 0 && id < all.length);
}
