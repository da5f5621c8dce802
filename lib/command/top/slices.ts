import * as fs from "node:fs";

/** The name of the slice that perf is writing; that of a finished one has a time behind it. */
const NAME = "slice.data";

/** How often it is looked for a finished slice, in milliseconds. */
const INTERVAL = 50;

/**
 * Short recordings that one `perf record` writes one after the other, without a gap
 * (`--switch-output`). perf renames a slice when it is finished.
 */
export class Slices {
  /** The file that perf is told to write. */
  readonly output: string;
  readonly #directory: string;

  /** @param directory Where the slices are written. */
  constructor(directory: string) {
    this.#directory = directory;
    this.output = `${directory}/${NAME}`;
  }

  /**
   * The finished slices, each removed when the next is asked for.
   *
   * @param isOver Whether perf has ended, so that no more comes.
   */
  async *finished(isOver: () => boolean): AsyncGenerator<string> {
    for (;;) {
      // Asked before looking: what perf finished before its end is found after it.
      const wasOver = isOver();
      const next = this.#oldest();
      if (next !== undefined) {
        yield next;
        fs.rmSync(next, { force: true });
      } else if (wasOver) return;
      else await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    }
  }

  #oldest(): string | undefined {
    const name = fs.readdirSync(this.#directory)
      .filter((name) => name.startsWith(`${NAME}.`) && /^\d+$/.test(name.slice(NAME.length + 1)))
      .sort()[0];
    return name === undefined ? undefined : `${this.#directory}/${name}`;
  }
}
