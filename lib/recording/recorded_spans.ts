/** A named part of the program's work. Times are nanoseconds of CLOCK_MONOTONIC. */
export interface Span {
  name: string;
  /** Index of the span that it is in; `undefined` where it is in none. */
  parent: number | undefined;
  start: number;
  /** `undefined` where it had not ended. */
  end: number | undefined;
  /** The time in which the thread ran for it, without the spans in it. */
  running: number;
}

/** The spans of a recording, and the samples that fell into them. */
export interface RecordedSpans {
  spans: readonly Span[];
  /** By sample: the index of the innermost span plus 1; 0 where the thread ran for none. */
  ofSample: Uint32Array;
  /** Indices of spans that are measures: they hold for all samples of the thread in their time. */
  measures: readonly number[];
  /** The number of the thread that has spans. */
  tid: number;
}
