import { causesOf } from "../../lib/report/causes/causes.ts";
import {
  codeFrame,
  type ExecutionDetails,
  type Frame,
  functionFrame,
} from "../../lib/recording/frame.ts";
import { FrameTable } from "../../lib/recording/frame_table.ts";
import type { Recording } from "../../lib/recording/recording.ts";
import { withSkippedCallers } from "../../lib/recording/skipped/skipped_callers.ts";
import { StackTable } from "../../lib/recording/stack_table.ts";
import { recordingOf } from "./recordings.ts";

/** The text of /app/a.ts. */
export const SOURCE = `function run() {
  widths(all); keyed(all);
}
function widths(all) {
  return all.one.width + all.length;
}
`;

/** A frame in /app/a.ts: `name line:column`. */
export function at(text: string, details: ExecutionDetails = { tier: "turbofan" }): Frame {
  const [, name, line, column] = /^(\w+) (\d+):(\d+)$/.exec(text)!;
  const position = { line: Number(line), column: Number(column) };
  return functionFrame({ name: name!, file: "/app/a.ts", line: 1 }, { position, ...details });
}

/** A recording of stacks, outermost first, each with its samples, as the readers make it. */
export function recorded(
  stacks: readonly [frames: Frame[], samples: number][],
  facts: Partial<Recording> = {},
): Recording {
  const frames = new FrameTable();
  const table = new StackTable();
  for (const [list, samples] of stacks) {
    table.add("deno", list.map((frame) => frames.same(frame)), { samples, weight: 1000 * samples });
  }
  const sources = new Map([["/app/a.ts", SOURCE]]);
  return withSkippedCallers(recordingOf([], { stacks: table.stacks(), sources, ...facts }));
}

/** The builtin of a megamorphic load. */
export const LOAD = codeFrame("builtin", "LoadIC_Megamorphic");
/** The code of an inlined function. */
export const inlined = { tier: "turbofan", isInlined: true } as const;

/** The causes of a recording: kind, function, line, weight and share. */
export async function shownBy(recording: Recording): Promise<string[]> {
  const { causes } = await causesOf(recording);
  return causes.map(({ kind, fn, line, weight, share }) =>
    `${kind} ${fn.name} ${line} ${weight} ${share.toFixed(2)}`
  );
}
