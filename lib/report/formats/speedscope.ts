import { type Frame, frameSymbol } from "../../recording/frame.ts";
import { type Recording, recordingTotal } from "../../recording/recording.ts";
import { jsonPieces } from "../../base/json_pieces.ts";

/**
 * Makes a file in speedscope's JSON format (https://www.speedscope.app/file-format-schema.json). It
 * has one profile, in which threads are the outermost frames.
 *
 * @param recording What was recorded.
 * @param name What the profile is called.
 * @returns The file's text, in pieces.
 */
export function formatSpeedscope(recording: Recording, name: string): Iterable<string> {
  const frames: { name: string; file?: string; line?: number }[] = [];
  const ids = new Map<Frame | string, number>();
  const bySymbol = new Map<string, number>();
  const idOf = (frame: Frame | string) => {
    let id = ids.get(frame);
    if (id !== undefined) return id;
    // A function has a frame for each of its executed lines, but the format has functions only.
    const symbol = typeof frame === "string" ? `thread ${frame}` : frameSymbol(frame);
    id = bySymbol.get(symbol);
    if (id === undefined) {
      bySymbol.set(symbol, id = frames.length);
      frames.push(
        typeof frame === "string" ? { name: frame } : speedscopeFrame(frame),
      );
    }
    ids.set(frame, id);
    return id;
  };
  const { stacks, unit } = recording;
  const profile = {
    type: "sampled",
    name,
    unit: unit === "events" ? "none" : unit,
    startValue: 0,
    endValue: recordingTotal(recording).weight,
    samples: stacks.map(({ thread, frames }) => [thread, ...frames].map(idOf)),
    weights: stacks.map(({ weight }) => weight),
  };
  return jsonPieces({
    $schema: "https://www.speedscope.app/file-format-schema.json",
    exporter: "@x/perf",
    name,
    activeProfileIndex: 0,
    shared: { frames },
    profiles: [profile],
  });
}

function speedscopeFrame(
  frame: Frame,
): { name: string; file?: string; line?: number } {
  const { name, file, line, module } = frame;
  if (file !== undefined) return { name, file, line };
  return { name: frameSymbol(frame), file: module || undefined };
}
