import { type Frame, isApp } from "../../recording/frame.ts";
import type { Recording, Stack } from "../../recording/recording.ts";
import { ViewedStack } from "../../recording/viewed_stack.ts";
import { packageOfFile } from "./package_of_file.ts";

/** The program in a recording: its stacks have its functions and nothing else. */
export interface ProgramView {
  /**
   * The stacks with the program's frames only, in the order of the recording's. A package is one
   * frame without a position, unless {@linkcode ProgramView.showsPackages}.
   */
  stacks: readonly Stack[];
  /** Whether functions of packages count as the program's, since those take most of its time. */
  showsPackages: boolean;
  /** The share of its author's own code in the program's time, from 0 to 1. */
  ownShare: number;
  /** Self time of each package, in the recording's unit, from the most to the least. */
  packages: ReadonlyMap<string, number>;
}

/** The share of a program's time below which its own code says nothing on where the time goes. */
const MOST_OF_TIME = 0.5;

/**
 * Reduces a recording to the functions that the program's author can look at. Where the author's
 * own code takes less than half of the program's time, as in a script that calls a formatter, the
 * packages' functions stand beside it; otherwise a package is one frame.
 *
 * @param recording What was recorded, and `foldFrames` has folded.
 * @param options Whether packages' functions are shown. @default {as is said above}
 */
export function programView(
  { stacks }: Pick<Recording, "stacks">,
  options: { showsPackages?: boolean } = {},
): ProgramView {
  const { own, packages } = selfTimes(stacks);
  const total = [...packages.values()].reduce((sum, weight) => sum + weight, own);
  const ownShare = total === 0 ? 1 : own / total;
  const { showsPackages = countsPackages(ownShare) } = options;
  const viewOf = showsPackages ? (frame: Frame) => frame : packageFrames();
  const view = (frames: readonly Frame[]) => frames.filter(isApp).map(viewOf);
  return {
    stacks: stacks.map((stack) => new ViewedStack(stack, view)),
    showsPackages,
    ownShare,
    packages: new Map([...packages].sort(([, a], [, b]) => b - a)),
  };
}

/**
 * Whether functions of packages count as the program's.
 *
 * @param ownShare The share of its author's own code in the program's time.
 */
export function countsPackages(ownShare: number): boolean {
  return ownShare < MOST_OF_TIME;
}

/** Whether a frame of a view stands for a whole package. */
export function isPackageFrame({ kind, name, file }: Frame): boolean {
  return kind === "npm" && name === file;
}

/** Self time of the author's code, and of each package's. */
function selfTimes(
  stacks: readonly Stack[],
): { own: number; packages: ReadonlyMap<string, number> } {
  const packages = new Map<string, number>();
  let own = 0;
  for (const { frames, weight } of stacks) {
    const innermost = frames.findLast(isApp);
    if (innermost === undefined) continue;
    if (innermost.kind === "typescript") own += weight;
    else {
      const name = packageName(innermost);
      packages.set(name, (packages.get(name) ?? 0) + weight);
    }
  }
  return { own, packages };
}

function packageName({ file = "" }: Frame): string {
  return packageOfFile(file)?.name ?? file;
}

/** Makes one frame of all frames of a package; equal ones are one object. */
function packageFrames(): (frame: Frame) => Frame {
  const byName = new Map<string, Frame>();
  const known = new Map<Frame, Frame>();
  const make = (frame: Frame) => {
    const name = packageName(frame);
    let made = byName.get(name);
    if (made === undefined) {
      made = { name, kind: "npm", file: name, module: "" };
      byName.set(name, made);
    }
    return made;
  };
  return (frame) => {
    if (frame.kind === "typescript") return frame;
    let made = known.get(frame);
    if (made === undefined) known.set(frame, made = make(frame));
    return made;
  };
}
