import { type Recording, recordingTotal } from "../../recording/recording.ts";
import { foldFrames } from "../figures/fold_frames.ts";
import { type Shares, sharesOf } from "../figures/shares.ts";
import { LINE_END } from "../../source/line_starts.ts";

/** An amount in two recordings, in their unit. */
export interface Change {
  before: number;
  after: number;
}

/** The change of a function. Functions are one where name and file are equal. */
export interface FunctionChange {
  name: string;
  file: string;
  /** Where it begins in the second recording, else in the first, counted from 1. */
  line?: number;
  /** Time in it, and in code without a source that it called. */
  self: Change;
  /** Time in it, and in all that it called. */
  total: Change;
}

/** The change of a line. Lines are one where file and text are equal. */
export interface LineChange {
  file: string;
  /** Where it stands in the second recording, else in the first, counted from 1. */
  line: number;
  /** Its text without indentation; `undefined` where it is unknown. */
  text?: string;
  /** The function that spent most time on it. */
  name: string;
  self: Change;
}

/** The difference of two recordings. */
export interface Difference {
  /** All time. */
  total: Change;
  /** Time in functions with a source, and in what they called. */
  program: Change;
  /** From the largest change of self time to the smallest. */
  functions: FunctionChange[];
  /** From the largest change of self time to the smallest. */
  lines: LineChange[];
  /** The weight of one sample in each recording; amounts are known to few of these only. */
  sample: Change;
}

/**
 * Compares two recordings. A line that is inserted above a function moves it, and changes nothing.
 *
 * @param before The first recording, before `foldFrames`.
 * @param after The second recording.
 */
export function differenceOf(before: Recording, after: Recording): Difference {
  const [one, other] = [sharesOf(foldFrames(before)), sharesOf(foldFrames(after))];
  return {
    total: { before: one.total, after: other.total },
    program: { before: one.app, after: other.app },
    functions: bySelf(functionChanges(one, other)),
    lines: bySelf(lineChanges({ before, after }, { before: one, after: other })),
    sample: { before: sampleWeight(before), after: sampleWeight(after) },
  };
}

/** The sides of a comparison; the second comes last, so that its places stay. */
const SIDES = ["before", "after"] as const;

function functionChanges(before: Shares, after: Shares): Iterable<FunctionChange> {
  const changes = new Map<string, FunctionChange>();
  for (const side of SIDES) {
    const { functions } = side === "before" ? before : after;
    for (const { name, file, line, self, total } of functions) {
      const key = `${name}\0${file}`;
      let change = changes.get(key);
      if (change === undefined) {
        changes.set(key, change = { name, file, self: none(), total: none() });
      }
      // Of several functions of one name the hottest comes first.
      if (change.self[side] === 0 && change.total[side] === 0) change.line = line;
      change.self[side] += self;
      change.total[side] += total;
    }
  }
  return changes.values();
}

function lineChanges(
  recordings: Readonly<Record<typeof SIDES[number], Recording>>,
  shares: Readonly<Record<typeof SIDES[number], Shares>>,
): Iterable<LineChange> {
  const changes = new Map<string, LineChange>();
  for (const side of SIDES) {
    const texts = new LineTexts(recordings[side].sources);
    for (const { file, line, self, functions } of shares[side].lines) {
      const text = texts.at(file, line);
      const key = `${file}\0${text === undefined ? line : `text ${text}`}`;
      const name = [...functions].reduce((a, b) => b[1] > a[1] ? b : a, ["", 0])[0];
      let change = changes.get(key);
      if (change === undefined) {
        changes.set(key, change = { file, line, text, name, self: none() });
      }
      if (change.self[side] === 0) Object.assign(change, { line, name });
      change.self[side] += self;
    }
  }
  return changes.values();
}

function none(): Change {
  return { before: 0, after: 0 };
}

function bySelf<Entry extends { self: Change }>(entries: Iterable<Entry>): Entry[] {
  const size = ({ self: { before, after } }: Entry) => Math.abs(after - before);
  return [...entries].sort((a, b) => size(b) - size(a));
}

function sampleWeight(recording: Recording): number {
  const { weight, samples } = recordingTotal(recording);
  return samples === 0 ? 0 : weight / samples;
}

/** The lines of a recording's sources, each text split once. */
class LineTexts {
  readonly #sources: Recording["sources"];
  readonly #lines = new Map<string, readonly string[]>();

  constructor(sources: Recording["sources"]) {
    this.#sources = sources;
  }

  at(file: string, line: number): string | undefined {
    let lines = this.#lines.get(file);
    if (lines === undefined) {
      lines = this.#sources?.get(file)?.split(LINE_END) ?? [];
      this.#lines.set(file, lines);
    }
    return lines[line - 1]?.trim();
  }
}
