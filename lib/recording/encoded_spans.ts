import { base64Of, bytesOf } from "./encoded_numbers.ts";
import type { RecordedSpans, Span } from "./recorded_spans.ts";

/**
 * Spans in a recording's file: a name stands there once, and each column of numbers is base64. A parent
 * is its index plus 1, and 0 where there is none; the end of a span that has not ended is NaN.
 */
export interface EncodedSpans {
  names: string[];
  name: string;
  parent: string;
  start: string;
  end: string;
  running: string;
  ofSample: string;
  measures: number[];
  tid: number;
}

/** Encodes spans for a recording's file. */
export function encodedSpans({ spans, ofSample, measures, tid }: RecordedSpans): EncodedSpans {
  const names = new Map<string, number>();
  for (const { name } of spans) if (!names.has(name)) names.set(name, names.size);
  const integers = (of: (span: Span) => number) => base64Of(Uint32Array.from(spans, of));
  const numbers = (of: (span: Span) => number) => base64Of(Float64Array.from(spans, of));
  return {
    names: [...names.keys()],
    name: integers(({ name }) => names.get(name)!),
    parent: integers(({ parent }) => parent === undefined ? 0 : parent + 1),
    start: numbers(({ start }) => start),
    end: numbers(({ end }) => end ?? NaN),
    running: numbers(({ running }) => running),
    ofSample: base64Of(ofSample),
    measures: [...measures],
    tid,
  };
}

/**
 * Decodes spans.
 *
 * @param value What stands in the file.
 * @param samples The number of the recording's samples.
 * @throws {SyntaxError} If it is something else.
 */
export function decodedSpans(value: unknown, samples: number): RecordedSpans {
  const { names, measures, tid, ...columns } = value as EncodedSpans;
  const integers = (text: unknown) => new Uint32Array(bytesOf(text, 4));
  const numbers = (text: unknown) => new Float64Array(bytesOf(text, 8));
  const [name, parent] = [integers(columns.name), integers(columns.parent)];
  const [start, end] = [numbers(columns.start), numbers(columns.end)];
  const [running, ofSample] = [numbers(columns.running), integers(columns.ofSample)];
  const count = name.length;
  const isWhole = [parent, start, end, running].every(({ length }) => length === count) &&
    Array.isArray(names) && Array.isArray(measures) && ofSample.length === samples &&
    name.every((at) => typeof names[at] === "string") &&
    [parent, ofSample].every((column) => column.every((at) => at <= count)) &&
    measures.every((at) => Number.isInteger(at) && at >= 0 && at < count);
  if (!isWhole) throw new SyntaxError("Cannot read a recording: its spans are invalid");
  const spans = Array.from(name, (at, i): Span => ({
    name: names[at]!,
    parent: parent[i] === 0 ? undefined : parent[i]! - 1,
    start: start[i]!,
    end: Number.isNaN(end[i]) ? undefined : end[i],
    running: running[i]!,
  }));
  return { spans, ofSample, measures, tid };
}
