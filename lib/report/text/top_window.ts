import type { Recording } from "../../recording/recording.ts";
import { recordingTotal } from "../../recording/recording.ts";
import { type Frame, namelessName } from "../../recording/frame.ts";
import { foldFrames } from "../figures/fold_frames.ts";
import { countsPackages, programView } from "../figures/program_view.ts";
import { type FunctionShare, sharesOf } from "../figures/shares.ts";

/** The functions of a part of a program's time. */
export interface TopCounts {
  /** All processor time, in the recording's unit. */
  total: number;
  /** Time in functions of the program. */
  program: number;
  /** In no order; packages' functions or packages as a whole, as in a program view. */
  functions: FunctionShare[];
  /** All code by the frames that have a name, the runtime's, libraries' and the kernel's too; in no order. */
  code: FunctionShare[];
}

/** One short recording. Which functions are shown is decided for all of the window. */
interface Slice {
  total: number;
  program: number;
  /** The part of that in its author's own code. */
  own: number;
  /** With the functions of packages. */
  functions: readonly FunctionShare[];
  /** With packages as a whole. */
  packaged: readonly FunctionShare[];
  /** All code. */
  code: readonly FunctionShare[];
}

/** The order of functions: by their own time, or by that of all that they call. */
export type TopOrder = "self" | "total";

/** The last few short recordings of a program, and the sum of all. */
export class TopWindow {
  readonly #most: number;
  readonly #slices: Slice[] = [];
  #all: Slice = EMPTY;
  #unit: Recording["unit"] = "nanoseconds";

  /** @param most Recordings that the window has room for. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The unit of all amounts. */
  get unit(): Recording["unit"] {
    return this.#unit;
  }

  /** Counts a recording, or a time without a sample, and forgets the oldest where there is no room. */
  add(recording: Recording | undefined): void {
    const slice = recording === undefined ? EMPTY : sliceOf(recording);
    if (recording !== undefined) this.#unit = recording.unit;
    this.#slices.push(slice);
    if (this.#slices.length > this.#most) this.#slices.shift();
    this.#all = sumOf([this.#all, slice]);
  }

  /** The counts of the last recordings. */
  recent(): TopCounts {
    return countsOf(sumOf(this.#slices));
  }

  /** The counts of all recordings since the start. */
  all(): TopCounts {
    return countsOf(this.#all);
  }
}

const EMPTY: Slice = { total: 0, program: 0, own: 0, functions: [], packaged: [], code: [] };

function sliceOf(recording: Recording): Slice {
  const folded = foldFrames(recording);
  const [whole, packaged] = [true, false].map((showsPackages) => {
    const view = programView(folded, { showsPackages });
    return { ...sharesOf(view), ownShare: view.ownShare };
  });
  const { app, ownShare, functions } = whole!;
  return {
    total: recordingTotal(recording).weight,
    program: app,
    own: ownShare * app,
    functions,
    packaged: packaged!.functions,
    code: codeShares(folded),
  };
}

/** Time of all code that has a name; code without one stands by its file. */
function codeShares({ stacks }: Pick<Recording, "stacks">): FunctionShare[] {
  const shares = new Map<string, FunctionShare>();
  // Equal frames are one object, so its share is looked up once.
  const known = new Map<Frame, FunctionShare>();
  const shareOf = (frame: Frame) => {
    let share = known.get(frame);
    if (share === undefined) {
      const { name, kind, file, line, module } = frame;
      const place = file === undefined ? { file: module } : { file, line };
      share = { name: name || namelessName(module), kind, ...place, self: 0, total: 0 };
      const key = keyOf(share);
      share = shares.get(key) ?? share;
      shares.set(key, share);
      known.set(frame, share);
    }
    return share;
  };
  for (const { frames, weight } of stacks) {
    for (const share of new Set(frames.map(shareOf))) share.total += weight;
    const innermost = frames.at(-1);
    if (innermost !== undefined) shareOf(innermost).self += weight;
  }
  return [...shares.values()];
}

function keyOf({ name, file, line }: FunctionShare): string {
  return `${name}\0${file}\0${line ?? ""}`;
}

function sumOf(slices: readonly Slice[]): Slice {
  const sum = (amount: (slice: Slice) => number) =>
    slices.reduce((sum, slice) => sum + amount(slice), 0);
  return {
    total: sum(({ total }) => total),
    program: sum(({ program }) => program),
    own: sum(({ own }) => own),
    functions: merged(slices.map(({ functions }) => functions)),
    packaged: merged(slices.map(({ packaged }) => packaged)),
    code: merged(slices.map(({ code }) => code)),
  };
}

function countsOf({ total, program, own, functions, packaged, code }: Slice): TopCounts {
  const isShown = countsPackages(program === 0 ? 1 : own / program);
  return { total, program, functions: [...isShown ? functions : packaged], code: [...code] };
}

function merged(parts: readonly (readonly FunctionShare[])[]): FunctionShare[] {
  const functions = new Map<string, FunctionShare>();
  for (const fn of parts.flat()) {
    const key = keyOf(fn);
    const known = functions.get(key);
    if (known === undefined) functions.set(key, { ...fn });
    else {
      known.self += fn.self;
      known.total += fn.total;
    }
  }
  return [...functions.values()];
}

/** The functions of some counts, from the most time to the least. */
export function inOrder(functions: readonly FunctionShare[], order: TopOrder): FunctionShare[] {
  const other = order === "self" ? "total" : "self";
  return functions.filter((fn) => fn[order] > 0)
    .sort((a, b) => b[order] - a[order] || b[other] - a[other]);
}
