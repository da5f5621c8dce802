import type { CodeResolver } from "./code_resolver.ts";
import type { Frame } from "./frame.ts";

/** The texts of the files that samples ran in, by file as frames name it. */
export type SourceTexts = ReadonlyMap<string, string>;

/**
 * Finds the texts of the files that frames have positions in.
 *
 * @param frames All frames of a recording.
 * @param resolver Knows the texts.
 */
export function sourcesOf(
  frames: Iterable<Frame>,
  resolver: CodeResolver | undefined,
): SourceTexts {
  const texts = new Map<string, string>();
  const asked = new Set<string>();
  for (const { file, position } of frames) {
    if (file === undefined || position === undefined || asked.has(file)) continue;
    asked.add(file);
    const text = resolver?.sourceOf?.(file);
    if (text !== undefined) texts.set(file, text);
  }
  return texts;
}
