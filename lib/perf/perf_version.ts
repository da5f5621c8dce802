/** A version of the `perf` command, which is the version of the kernel source it was built from. */
export interface PerfVersion {
  /** As in 6.12.95: 6. */
  major: number;
  /** As in 6.12.95: 12. */
  minor: number;
  /** As in 6.12.95: 95; 0 where the version has two numbers. */
  patch: number;
  /**
   * Whether this version can unwind code described by a jitdump: 6.8 on, and 6.7.2 on within 6.7.
   */
  unwindsJitdump: boolean;
}

/**
 * Parses the output of `perf --version`.
 *
 * The text behind the dotted numbers names a distribution's build or a commit: `6.7-3` is the third
 * build of 6.7.0, not 6.7.3.
 *
 * @throws {SyntaxError} If there is no version in the text.
 *
 * @example
 * ```ts
 * import { parsePerfVersion } from "@x/perf";
 * import { equal } from "node:assert/strict";
 *
 * equal(parsePerfVersion("perf version 6.12.95").unwindsJitdump, true);
 * equal(parsePerfVersion("perf version 6.7-3").unwindsJitdump, false);
 * ```
 */
export function parsePerfVersion(text: string): PerfVersion {
  const match = /^(?:perf version )?v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text.trim());
  if (match === null) {
    throw new SyntaxError(
      `Cannot read perf version "${text.trim()}": must be like "perf version 6.12.95"`,
    );
  }
  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  const unwindsJitdump = major > 6 || (major === 6 && (minor >= 8 || (minor === 7 && patch >= 2)));
  return { major, minor, patch, unwindsJitdump };
}
