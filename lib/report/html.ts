import { type Frame, frameSymbol } from "../recording/frame.ts";
import { jsonPieces } from "./json_pieces.ts";
import { page } from "./page.js";
import type { PageData, PageFrame, PageStack } from "./page_data.ts";
import type { Recording, Stack } from "../recording/recording.ts";

/** What a page says beside its graph. */
export interface PageWords {
  /** What was recorded, in short. */
  title: string;
  /** How, when and for how long, a few words each. */
  facts: readonly string[];
  /** What is wrong with it, and the mend. @default {[]} */
  warnings?: readonly string[];
}

/**
 * A page with an interactive flame graph, in one file that loads nothing else.
 *
 * @param recording What was recorded.
 * @param words What it says beside the graph.
 */
export function formatHtml(recording: Recording, words: PageWords): Iterable<string> {
  return fillPage(pageData(recording, words));
}

/**
 * A page that compares two recordings: shares of all time, more or less than before.
 *
 * @param recordings The two, and what they are called.
 * @param words What it says beside the graph.
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
    // The same function may have been recorded twice.
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

/** Numbers things from 0. */
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
