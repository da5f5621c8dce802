import { readEntryLines } from "../entry_lines.ts";
import type { Span } from "../recorded_spans.ts";

/** A span that has ended. `parent` is 0 where it is in no other span. */
export type SpanEntry = [
  "span",
  id: number,
  name: string,
  parent: number,
  start: number,
  end: number,
];

/** A span that had not ended when the program did. */
export type OpenSpanEntry = ["open", id: number, name: string, parent: number, start: number];

/** Times in which the thread ran for spans: span, start and end, one after the other. */
export type RunsEntry = ["runs", ...number[]];

/** A `performance.measure()` of the program. */
export type MeasureEntry = ["measure", name: string, start: number, end: number];

/** An entry of the file. */
export type SpanFileEntry = SpanEntry | OpenSpanEntry | RunsEntry | MeasureEntry;

/** The files that a program writes its spans into. */
export const SPAN_FILES = { kind: "spans", version: 1 } as const;

/** The spans of a program's main thread. */
export interface SpanLog {
  pid: number;
  tid: number;
  spans: Span[];
  /** The index of each span, by the number that the program gave it. */
  indices: ReadonlyMap<number, number>;
  /** Times in which the thread ran for a span, in order; they do not overlap. */
  runs: { start: Float64Array; end: Float64Array; span: Uint32Array };
  /** Indices of spans that are measures of the program: they hold for all that ran in their time. */
  measures: number[];
}

/**
 * Reads the spans of a program.
 *
 * @param text The file that it has written.
 * @throws {SyntaxError} If it is no such file, or has another version.
 */
export function readSpanLog(text: string): SpanLog {
  const { pid, tid, start, entries } = readEntryLines<SpanFileEntry>(text, SPAN_FILES);
  const reader = new SpanReader(start);
  for (const entry of entries) reader.read(entry);
  return { pid, tid, ...reader.end() };
}

/** Collects entries, whose numbers of spans become indices. */
class SpanReader {
  readonly #origin: number;
  readonly #spans: Span[] = [];
  readonly #measures: number[] = [];
  /** Indices by number, and numbers of parents by index. */
  readonly #indices = new Map<number, number>();
  readonly #parents = new Map<number, number>();
  readonly #runs: number[] = [];

  constructor(origin: number) {
    this.#origin = origin;
  }

  read(entry: SpanFileEntry): void {
    switch (entry[0]) {
      case "span":
      case "open": {
        const [, id, name, parent, start, end] = entry;
        this.#parents.set(this.#spans.length, parent);
        this.#indices.set(id, this.#spans.length);
        this.#add(name, start, end);
        break;
      }
      case "measure":
        this.#measures.push(this.#spans.length);
        this.#add(entry[1], entry[2], entry[3]);
        break;
      case "runs":
        for (let i = 1; i < entry.length; i++) this.#runs.push(entry[i] as number);
    }
  }

  #add(name: string, start: number, end?: number): void {
    this.#spans.push({
      name,
      parent: undefined,
      start: this.#origin + start,
      end: end === undefined ? undefined : this.#origin + end,
      running: 0,
    });
  }

  end(): Pick<SpanLog, "spans" | "indices" | "runs" | "measures"> {
    for (const [index, id] of this.#parents) {
      this.#spans[index]!.parent = this.#indices.get(id);
    }
    const count = this.#runs.length / 3;
    const runs = {
      start: new Float64Array(count),
      end: new Float64Array(count),
      span: new Uint32Array(count),
    };
    let kept = 0;
    for (let i = 0; i < this.#runs.length; i += 3) {
      // The program was killed before it wrote this span.
      const span = this.#indices.get(this.#runs[i]!);
      if (span === undefined) continue;
      const [start, end] = [this.#runs[i + 1]!, this.#runs[i + 2]!];
      runs.span[kept] = span;
      runs.start[kept] = this.#origin + start;
      runs.end[kept++] = this.#origin + end;
      this.#spans[span]!.running += end - start;
    }
    return {
      spans: this.#spans,
      indices: this.#indices,
      measures: this.#measures,
      runs: {
        start: runs.start.subarray(0, kept),
        end: runs.end.subarray(0, kept),
        span: runs.span.subarray(0, kept),
      },
    };
  }
}
