import type { Frame } from "../../recording/frame.ts";
import type { Recording, Stack } from "../../recording/recording.ts";

/**
 * Gives the functions of a recording the lines that they have in another one, so that reports that
 * compare symbols find them again. Functions that share their name in a file keep their lines.
 *
 * @param recording The recording.
 * @param other The recording that has the lines.
 * @returns The recording with the other's lines.
 */
export function withLinesOf(recording: Recording, other: Recording): Recording {
  const [own, others] = [uniqueLines(recording), uniqueLines(other)];
  const known = new Map<Frame, Frame>();
  const moved = (frame: Frame) => {
    let result = known.get(frame);
    if (result === undefined) {
      const key = keyOf(frame);
      const line = key !== undefined && own.get(key) !== undefined ? others.get(key) : undefined;
      known.set(frame, result = line === undefined ? frame : { ...frame, line });
    }
    return result;
  };
  const stacks = recording.stacks.map((stack) => new MovedStack(stack, moved));
  return { ...recording, stacks };
}

function keyOf({ name, file, line }: Frame): string | undefined {
  return file === undefined || line === undefined ? undefined : `${name}\0${file}`;
}

/** The lines of functions; `undefined` for those that share their name in a file. */
function uniqueLines({ stacks }: Recording): Map<string, number | undefined> {
  const lines = new Map<string, number | undefined>();
  const seen = new Set<Frame>();
  for (const { frames } of stacks) {
    for (const frame of frames) {
      if (seen.has(frame)) continue;
      seen.add(frame);
      const key = keyOf(frame);
      if (key === undefined) continue;
      const isOther = lines.has(key) && lines.get(key) !== frame.line;
      lines.set(key, isOther ? undefined : frame.line);
    }
  }
  return lines;
}

/** A stack whose frames are put together at each access: 100 000 stacks would not fit into memory. */
class MovedStack implements Stack {
  readonly #stack: Stack;
  readonly #moved: (frame: Frame) => Frame;

  constructor(stack: Stack, moved: (frame: Frame) => Frame) {
    this.#stack = stack;
    this.#moved = moved;
  }

  get thread(): string {
    return this.#stack.thread;
  }

  get samples(): number {
    return this.#stack.samples;
  }

  get weight(): number {
    return this.#stack.weight;
  }

  get isCut(): boolean {
    return this.#stack.isCut;
  }

  get frames(): readonly Frame[] {
    return this.#stack.frames.map(this.#moved);
  }
}
