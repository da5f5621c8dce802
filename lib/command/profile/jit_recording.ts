/*
 * Merges a recording with the jitdump of its program. `perf inject` does it, and writes a small ELF
 * file for each function, which the report reads.
 */
import { unlinkSync } from "node:fs";

import { PerfError } from "../../base/perf_error.ts";
import { type PerfTool, runPerf } from "../../perf/perf_tool.ts";

/** The only files that are ever removed: jitdumps, and files made of them. */
const JIT_FILE = /^\/tmp\/(jit-\d+\.dump|jitted-\d+-\d+\.so)$/;

/**
 * Messages of `perf inject -v` on the files that it reads and writes (tools/perf/util/jitdump.c).
 */
const MENTIONED = /^(?:injecting: |write ELF image )(\S+)$/gm;

/** perf's message on events lost between the kernel and its file (tools/perf/util/session.c). */
const LOST_CHUNKS = /\blost (\d+) chunks!/;

/**
 * A recording with the jitdumps of its processes merged in. Disposing of it removes their files.
 */
export class InjectedRecording implements Disposable {
  /** The path of the merged recording. */
  readonly path: string;
  /** The number of times that events were lost because the buffer was full. */
  readonly lostChunks: number;
  readonly #files: readonly string[];

  /**
   * Merges the jitdumps and a recording into a new file.
   *
   * @param recording The recording.
   * @throws {PerfError} With code `perf`, if `perf inject` fails.
   */
  constructor(recording: string) {
    this.path = injectedPath(recording);
    const { success, stderr } = runPerf([
      "inject",
      "-v",
      "--jit",
      "-i",
      recording,
      "-o",
      this.path,
    ]);
    this.#files = [...stderr.matchAll(MENTIONED)].map(([, path]) => path!)
      .filter((path) => JIT_FILE.test(path));
    this.lostChunks = Number(LOST_CHUNKS.exec(stderr)?.[1] ?? 0);
    if (!success) {
      this[Symbol.dispose]();
      throw new PerfError(
        `Cannot merge the jitdump into "${recording}": ${stderr.trim().split("\n").at(-1)}`,
        { code: "perf", hint: `perf inject -v --jit -i ${recording} -o ${this.path}` },
      );
    }
  }

  /** The jitdumps and the files made of them. */
  get files(): readonly string[] {
    return this.#files;
  }

  /** Removes the files; a file that is gone already is no error. */
  [Symbol.dispose](): void {
    for (const file of this.#files) {
      try {
        unlinkSync(file);
      } catch (error) {
        if ((error as { code?: string }).code !== "ENOENT") throw error;
      }
    }
  }
}

/**
 * Returns the path of the merged recording: `perf.jit.data` beside `perf.data`.
 *
 * @param recording The recording.
 */
export function injectedPath(recording: string): string {
  const [, stem, extension = ".data"] = /^(.*?[^/])(\.[^./]*)?$/s.exec(recording)!;
  return `${stem}.jit${extension}`;
}

/**
 * Refuses a perf that cannot unwind code described by a jitdump.
 *
 * @param tool The `perf` command.
 * @param hint The command that installs a newer one.
 * @throws {PerfError} With code `perf`.
 */
export function checkJitVersion({ name, version }: PerfTool, hint: string): void {
  if (version.unwindsJitdump) return;
  throw new PerfError(
    `Cannot profile with "-X perf_jit": perf is ${name}, must be 6.7.2 or newer to unwind a jitdump's code`,
    { code: "perf", hint },
  );
}
