import type { Frame } from "./frame.ts";
import { FrameNumbers } from "./frame_numbers.ts";
import type { Stack } from "./recording.ts";
import { StackTrie } from "./stack_trie.ts";

/** The count of a stack. */
export interface StackCount {
  /** The weight of the samples, in the recording's unit. */
  weight: number;
  /** The number of objects. @default {it is no recording of V8's heap} */
  objects?: number;
  /** The number of samples that saw it. @default {1} */
  samples?: number;
  /** Whether outer frames are missing. @default {false} */
  isCut?: boolean;
}

/**
 * Counts stacks; equal ones become one. A path is a stack under construction: the caller begins at
 * {@linkcode StackTable.OUTSIDE}, enters frame by frame, and counts the finished path.
 */
export class StackTable {
  /** The path without frames. */
  static readonly OUTSIDE = StackTrie.ROOT;

  readonly #trie = new StackTrie();
  readonly #frames: FrameNumbers;
  readonly #threadIds = new Map<string, number>();
  readonly #stacks: Stack[] = [];
  /**
   * Indices of stacks plus 1, by node. The node of a stack stands below its innermost frame, and
   * its item encodes the thread and whether the stack is cut.
   */
  #indices = new Int32Array(1024);

  /** @param frames Numbers the frames; several tables may have them in common. */
  constructor(frames: FrameNumbers = new FrameNumbers()) {
    this.#frames = frames;
  }

  /**
   * Counts a stack. Equal neighbours without a name become one frame.
   *
   * @param thread The thread's name.
   * @param frames Outermost first; equal ones must be one object.
   * @param count Its weight and its number of samples.
   * @returns The stack's index.
   */
  add(thread: string, frames: readonly Frame[], count: StackCount): number {
    let path = StackTable.OUTSIDE;
    for (const frame of frames) path = this.enter(path, this.#frames.idOf(frame));
    return this.count(thread, path, count);
  }

  /** Adds an innermost frame to a path. A frame without a name is not added behind itself. */
  enter(path: number, frameId: number): number {
    if (
      path !== StackTable.OUTSIDE && this.#trie.itemOf(path) === frameId &&
      this.#frames.at(frameId).name === ""
    ) return path;
    return this.#trie.child(path, frameId);
  }

  /** Counts the stack of a path. */
  count(
    thread: string,
    path: number,
    { weight, objects, samples = 1, isCut = false }: StackCount,
  ): number {
    let threadId = this.#threadIds.get(thread);
    if (threadId === undefined) this.#threadIds.set(thread, threadId = this.#threadIds.size);
    // The items of frames are not negative, so they cannot be taken for this one.
    const node = this.#trie.child(path, -1 - (2 * threadId + Number(isCut)));
    if (node >= this.#indices.length) this.#growIndices();
    let index = this.#indices[node]! - 1;
    if (index < 0) {
      index = this.#stacks.push(new CountedStack(this, { path, thread, isCut })) - 1;
      this.#indices[node] = index + 1;
    }
    const stack = this.#stacks[index]!;
    stack.samples += samples;
    stack.weight += weight;
    if (objects !== undefined) stack.objects = (stack.objects ?? 0) + objects;
    return index;
  }

  /** All stacks, in the order in which they were first seen. */
  stacks(): Stack[] {
    return this.#stacks;
  }

  /** The frames of a path, outermost first. */
  framesOf(path: number): Frame[] {
    return this.#trie.pathTo(path).map((id) => this.#frames.at(id));
  }

  #growIndices(): void {
    const indices = this.#indices;
    this.#indices = new Int32Array(2 * Math.max(indices.length, this.#trie.length));
    this.#indices.set(indices);
  }
}

/** A stack whose frames are put together at each access. */
class CountedStack implements Stack {
  readonly thread: string;
  readonly isCut: boolean;
  samples = 0;
  weight = 0;
  declare objects?: number;
  readonly #table: StackTable;
  readonly #path: number;

  constructor(
    table: StackTable,
    { path, thread, isCut }: { path: number; thread: string; isCut: boolean },
  ) {
    this.#table = table;
    this.#path = path;
    this.thread = thread;
    this.isCut = isCut;
  }

  get frames(): readonly Frame[] {
    return this.#table.framesOf(this.#path);
  }
}
