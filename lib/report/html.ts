import { type Frame, frameSymbol } from "../recording/frame.ts";
import { jsonPieces } from "./json_pieces.ts";
import { page } from "./page.js";
import type { PageData, PageFrame, PageStack } from "./page_data.ts";
import type { Recording, Stack } from "../recording/recording.ts";

/** Texts of a page beside its graph. */
export interface PageWords {
  /** A short title for the recording. */
  title: string;
  /** Facts of the recording, a few words each. */
  facts: readonly string[];
  /** Warnings, each with its mend. @default {[]} */
  warnings?: readonly string[];
}

/**
 * Makes a page with an interactive flame graph: one file that loads nothing else.
 *
 * @param recording The recording.
 * @param words Texts beside the graph.
 */
export function formatHtml(recording: Recording, words: PageWords): Iterable<string> {
  return fillPage(pageData(recording, words));
}

/**
 * Makes a page that compares two recordings: shares of all time, and their change.
 *
 * @param recordings The two recordings, and their names.
 * @param words Texts beside the graph.
 */
export function formatHtmlDifference(
  { before, after, names }: {
    before: Recording;
    after: Recording;
    names: { before: string; after: string };
  },
  words: PageWords,
): Iterable<string> {
  return fillPage({ ...pageData(after, words, before), compared: names });
}

function* fillPage(data: PageData): Generator<string> {
  const titled = page.replace("<title></title>", () => `<title>${escapeText(data.title)}</title>`);
  const [start, end] = titled.split(/(?<=<script[^>]* id="data">)/);
  yield start!;
  // Nothing in the data may look like a tag to the parser.
  for (const piece of jsonPieces(data)) yield piece.replaceAll("<", "\\u003c");
  yield end!;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function pageData(
  recording: Recording,
  { title, facts, warnings = [] }: PageWords,
  before?: Recording,
): PageData {
  const frames = new Numbers<PageFrame>();
  const threads = new Numbers<string>();
  const stacks = new Map<string, PageStack>();
  const known = new Map<Frame, number>();
  const frameId = (frame: Frame) => {
    let id = known.get(frame);
    // The page shows one frame for a function, so frames of one symbol and kind become one.
    if (id === undefined) {
      known.set(
        frame,
        id = frames.idOf(
          `${frame.kind} ${frameSymbol(frame)}`,
          pageFrame(frame),
        ),
      );
    }
    return id;
  };
  const stackOf = ({ thread, frames }: Stack) => {
    const place: PageStack = [
      threads.idOf(thread, thread),
      frames.map(frameId),
      0,
      0,
    ];
    const key = `${place[0]} ${place[1]}`;
    const known = stacks.get(key);
    if (known === undefined) stacks.set(key, place);
    return known ?? place;
  };
  for (const stack of recording.stacks) {
    const counts = stackOf(stack);
    counts[2] += stack.samples;
    counts[3] += stack.weight;
  }
  for (const stack of before?.stacks ?? []) {
    const counts = stackOf(stack);
    counts[4] = (counts[4] ?? 0) + stack.samples;
    counts[5] = (counts[5] ?? 0) + stack.weight;
  }
  return {
    title,
    facts: [...facts],
    warnings: [...warnings],
    unit: recording.unit,
    frames: frames.all,
    threads: threads.all,
    stacks: [...stacks.values()],
  };
}

function pageFrame({ name, kind, file, line, module }: Frame): PageFrame {
  return file === undefined ? { name, kind, module } : { name, kind, file, line };
}

/** Numbers values from 0, one number for each key. */
class Numbers<T> {
  readonly all: T[] = [];
  readonly #ids = new Map<string, number>();

  idOf(key: string, value: T): number {
    let id = this.#ids.get(key);
    if (id === undefined) {
      this.#ids.set(key, id = this.all.length);
      this.all.push(value);
    }
    return id;
  }
}
