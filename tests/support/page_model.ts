import { Model } from "../../bundles/page/model.ts";
import { type Frame, functionFrame } from "../../lib/recording/frame.ts";
import type { Recording } from "../../lib/recording/recording.ts";
import { SampleTableBuilder } from "../../lib/recording/sample_table.ts";
import { StackTable } from "../../lib/recording/stack_table.ts";
import { formatHtml } from "../../lib/report/page/html.ts";
import type { PageData } from "../../lib/report/page/page_data.ts";
import { recordingOf, textOf } from "./recordings.ts";

/** Reads the data that the page's script reads. */
export function pageDataOf(page: string): PageData {
  const [, json] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)!;
  return JSON.parse(json!);
}

/** The model of a recording's page, read from the page's text. */
export function pageModelOf(recording: Recording): Model {
  return new Model(pageDataOf(textOf(formatHtml(recording, { title: "", facts: [] }))));
}

/** Makes frames of a program by name and line; equal ones are one object. */
export class Frames {
  readonly #known = new Map<string, Frame>();

  /** A function of `/a.ts`, which begins on the line before. */
  at(name: string, line: number, details: Partial<Frame> = {}): Frame {
    return this.#once(`${name} ${line} ${JSON.stringify(details)}`, () => ({
      ...functionFrame({ name, file: "/a.ts", line: 10 * Math.floor(line / 10) }, {
        position: { line, column: 1 },
      }),
      ...details,
    }));
  }

  /** A function without a source. */
  code(name: string, kind: Frame["kind"] = "native"): Frame {
    return this.#once(`${kind} ${name}`, () => ({ name, kind, module: "/lib/x.so" }));
  }

  #once(key: string, make: () => Frame): Frame {
    let frame = this.#known.get(key);
    if (frame === undefined) this.#known.set(key, frame = make());
    return frame;
  }
}

/** A sample: its thread's index, its frames from the outermost in, its time and its weight. */
export type SampleText = [thread: number, frames: readonly Frame[], time: number, weight?: number];

/** A recording of samples with times, in two threads of two processes. */
export function timedRecording(samples: readonly SampleText[]): Recording {
  const threads = [{ pid: 1, tid: 1, name: "main" }, { pid: 2, tid: 3, name: "worker" }];
  const table = new StackTable();
  const builder = new SampleTableBuilder();
  for (const [thread, frames, time, weight = 1] of samples) {
    const stack = table.add(threads[thread]!.name, frames, { weight });
    builder.add({ time, thread, stack, weight });
  }
  return recordingOf([], { threads, samples: builder.end(), stacks: table.stacks() });
}
