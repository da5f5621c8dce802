/*
 * V8's logs of a program that runs for weeks. What has been read is given back to the file system,
 * so neither the disk nor the memory fills up.
 */
import * as fs from "node:fs";

import { logsIn } from "../../v8_log/log_directory.ts";
import { listDirectory } from "../logs/namespace_maps.ts";
import { releaseFront } from "../logs/release_front.ts";
import { FollowedLogs, readFoundLogs } from "../logs/v8_logs.ts";
import type { LoggedProgram } from "../program/logged_script.ts";
import { Progress } from "../progress.ts";

/** Bytes of a log that are read before what is gone is forgotten. */
const CONSUMED_AT_ONCE = 8 << 20;

/** Keeps the logs of a program short while they are read. */
export class ConsumedLogs {
  readonly followed = new FollowedLogs();
  readonly #program: LoggedProgram;
  readonly #onProblem: (message: string) => void;
  readonly #atOnce: number;
  /** The last reading; readings take turns, since each changes what the one before has found. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Logs that had ended at the last reading. */
  #ended = new Set<string>();

  /**
   * @param program The program.
   * @param onProblem Is told what keeps the logs from becoming shorter.
   * @param atOnce Bytes that are read before any are given back.
   */
  constructor(
    program: LoggedProgram,
    onProblem: (message: string) => void,
    atOnce = CONSUMED_AT_ONCE,
  ) {
    this.#program = program;
    this.#onProblem = onProblem;
    this.#atOnce = atOnce;
  }

  /** The directory of the logs. */
  get directory(): string {
    return this.#program.directory.path;
  }

  /**
   * Reads samples by the logs when no other reading goes on, and gives back what is not needed any
   * more.
   *
   * @param read Reads; the logs must not be asked when it has ended.
   */
  readonly use = async <Result>(read: () => Promise<Result>): Promise<Result> => {
    const before = this.#turn;
    const now = before.then(async () => {
      this.followed.consume(this.#atOnce);
      try {
        return await read();
      } finally {
        this.#release();
      }
    });
    this.#turn = now.catch(() => {});
    return await now;
  };

  /** Reads what V8 has added, so that it can be given back though no samples ask for it. */
  async tend(): Promise<void> {
    await this.use(() =>
      readFoundLogs(logsIn(this.directory), {
        progress: new Progress({ isQuiet: true }),
        followed: this.followed,
      })
    );
  }

  #release(): void {
    const { watch } = this.#program;
    if (watch === undefined) return;
    const isOpen = openFiles();
    const ended = new Set<string>();
    for (const { name, path, pid, isEnded, released } of watch.logs) {
      // A Worker ends, and its log with it, while its process goes on.
      if (isEnded || !isOpen(pid, name)) {
        // A Worker that has ended meanwhile may have samples in the next window.
        if (!this.#ended.has(name)) ended.add(name);
        else {
          this.followed.forget(path);
          watch.remove(name);
        }
        continue;
      }
      const result = releaseFront(path, { from: released, to: this.followed.consumedOf(path) });
      if ("reason" in result) {
        this.#onProblem(`V8's logs grow: they cannot be cut with fallocate (${result.reason})`);
      } else if (result.released > released) watch.noteReleased(name, result.released);
    }
    this.#ended = ended;
  }

  /** Closes the logs, and removes those of processes that have ended. */
  finish(): void {
    this.followed[Symbol.dispose]();
    const { watch } = this.#program;
    this.#program.finish();
    for (const { name, isEnded } of watch?.logs ?? []) if (isEnded) watch!.remove(name);
  }
}

/** Tells whether a process has a file open; reads the files of each process once. */
function openFiles(): (pid: number, name: string) => boolean {
  const known = new Map<number, readonly string[]>();
  return (pid, name) => {
    let files = known.get(pid);
    if (files === undefined) known.set(pid, files = filesOf(pid));
    // The files of another user's process cannot be seen.
    return files.length === 0 || files.some((file) => file.endsWith(`/${name}`));
  };
}

function filesOf(pid: number): readonly string[] {
  return listDirectory(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      return [fs.readlinkSync(`/proc/${pid}/fd/${descriptor}`)];
    } catch {
      return [];
    }
  });
}
