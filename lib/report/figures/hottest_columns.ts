import { type Frame, isApp } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import type { LineShare } from "./shares.ts";

/**
 * Finds for each of some lines the column with the most self time, counted from 1: a minifier writes
 * whole programs into a line. Self time is counted as {@linkcode sharesOf} does.
 *
 * @param recording What was recorded.
 * @param lines The lines.
 */
export function hottestColumns(
  { stacks }: Pick<Recording, "stacks">,
  lines: readonly LineShare[],
): Map<LineShare, number> {
  const weights = new Map(
    lines.map(({ file, line }) => [`${file}\0${line}`, new Map<number, number>()]),
  );
  const known = new Map<Frame, Map<number, number> | undefined>();
  for (const { frames, weight } of stacks) {
    const frame = frames.findLast((frame) => frame.file !== undefined && isApp(frame));
    if (frame?.position === undefined) continue;
    if (!known.has(frame)) known.set(frame, weights.get(`${frame.file}\0${frame.position.line}`));
    const columns = known.get(frame);
    const { column } = frame.position;
    columns?.set(column, (columns.get(column) ?? 0) + weight);
  }
  return new Map(lines.map((line) => {
    const columns = [...weights.get(`${line.file}\0${line.line}`)!];
    return [line, columns.reduce((a, b) => b[1] > a[1] ? b : a, [1, -1])[0]!];
  }));
}
