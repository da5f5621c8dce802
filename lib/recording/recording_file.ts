import type { Frame } from "./frame.ts";
import type { Recording } from "./recording.ts";

/** What a file of {@linkcode encodeRecording} begins with. */
export const RECORDING_START = '{"format":"@x/perf recording","version":1,';

/** Encodes a recording as JSON that {@linkcode decodeRecording} reads: frames once, stacks by index. */
export function encodeRecording({ stacks, ...facts }: Recording): string {
  const ids = new Map<Frame, number>();
  const idOf = (frame: Frame) => {
    if (!ids.has(frame)) ids.set(frame, ids.size);
    return ids.get(frame)!;
  };
  const encoded = stacks.map((stack) => ({ ...stack, frames: stack.frames.map(idOf) }));
  const content = JSON.stringify({ ...facts, frames: [...ids.keys()], stacks: encoded });
  return `${RECORDING_START}${content.slice(1)}\n`;
}

/**
 * Decodes what {@linkcode encodeRecording} has encoded.
 *
 * @throws {SyntaxError} If it is something else, or incomplete.
 */
export function decodeRecording(text: string): Recording {
  if (!text.startsWith(RECORDING_START)) {
    throw new SyntaxError(`Cannot read a recording: it must begin with ${RECORDING_START}`);
  }
  const { format: _format, version: _version, frames, stacks, ...facts } = JSON.parse(text);
  if (!isListOf(frames, isObject) || !isListOf(stacks, isStackOf(frames))) {
    throw new SyntaxError("Cannot read a recording: its frames and stacks are none");
  }
  return {
    ...facts,
    stacks: stacks.map((stack) => ({ ...stack, frames: stack.frames.map((id) => frames[id]) })),
  };
}

/** A stack in the file: its frames are indices. */
interface EncodedStack {
  frames: number[];
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

function isStackOf(all: readonly unknown[]): (value: unknown) => value is EncodedStack {
  return (value): value is EncodedStack =>
    isObject(value) && typeof value["samples"] === "number" &&
    typeof value["weight"] === "number" && Array.isArray(value["frames"]) &&
    value["frames"].every((id) => Number.isInteger(id) && id >= 0 && id < all.length);
}
