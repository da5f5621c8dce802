import type { Frame } from "./frame.ts";
import { FrameNumbers } from "./frame_numbers.ts";
import type { Stack } from "./recording.ts";
import { StackTrie } from "./stack_trie.ts";

/** How a stack is counted. */
export interface StackCount {
  /** The weight of the samples, in the recording's unit. */
  weight: number;
  /** How many samples saw it. @default {1} */
  samples?: number;
  /** Whether outer frames are missing. @default {false} */
  isCut?: boolean;
}

/**
 * Counts stacks; equal ones become one. A path is a stack that is being put together: it is entered
 * frame by frame from {@linkcode StackTable.OUTSIDE}, and counted where it ends.
 */
export class StackTable {
  /** The path without frames. */
  static readonly OUTSIDE = StackTrie.ROOT;

  readonly #trie = new StackTrie();
  readonly #frames: FrameNumbers;
  readonly #threadIds = new Map<string, number>();
  readonly #stacks: Stack[] = [];
  /** Indices plus 1 by node: the one below the innermost frame whose item is the thread and whether it is cut. */
  #indices = new Int32Array(1024);

  /** @param frames Numbers the frames; several tables may have them in common. */
  constructor(frames: FrameNumbers = new FrameNumbers()) {
    this.#frames = frames;
  }

  /**
   * Counts a stack. Neighbours in it without a name, of one module, become one frame.
   *
   * @param thread What the thread is called.
   * @param frames From the outermost in; equal ones must be one object.
   * @param count What it stands for.
   * @returns The stack's index.
   */
  add(thread: string, frames: readonly Frame[], count: StackCount): number {
    let path = StackTable.OUTSIDE;
    for (const frame of frames) path = this.enter(path, this.#frames.idOf(frame));
    return this.count(thread, path, count);
  }

  /** The path with one more frame, the innermost, unless that has no name and stands there already. */
  enter(path: number, frameId: number): number {
    if (
      path !== StackTable.OUTSIDE && this.#trie.itemOf(path) === frameId &&
      this.#frames.at(frameId).name === ""
    ) return path;
    return this.#trie.child(path, frameId);
  }

  /** Counts the stack that a path is. */
  count(
    thread: string,
    path: number,
    { weight, samples = 1, isCut = false }: StackCount,
  ): number {
    let threadId = this.#threadIds.get(thread);
    if (threadId === undefined) this.#threadIds.set(thread, threadId = this.#threadIds.size);
    // Items of frames are not negative.
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
    return index;
  }

  /** All stacks, in the order in which they were first seen. */
  stacks(): Stack[] {
    return this.#stacks;
  }

  /** The frames of a path, from the outermost in. */
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
