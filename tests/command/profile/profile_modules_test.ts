/*
 * The report of a program of several modules reads like its source.
 */
import { deepEqual, equal, ok } from "node:assert/strict";

import { tryRecording } from "../../../lib/perf/perf_tool.ts";
import { testNeeding } from "../../support/needing.ts";
import { runCommand, Workplace } from "../../support/command_process.ts";

const MODULES = {
  "main.ts": `import { Matrix } from "./lib/matrix.ts";
import { pipeline } from "./lib/pipeline.ts";

interface Settings {
  milliseconds: number;
}

async function main({ milliseconds }: Settings): Promise<void> {
  const end = performance.now() + milliseconds;
  const run = pipeline((size: number) => Matrix.identity(size).power(8));
  while (performance.now() < end) {
    await run(24);
  }
}

await main({ milliseconds: 4000 });
`,
  "lib/matrix.ts": `/** A square matrix. */
export class Matrix {
  readonly #rows: number[][];

  private constructor(rows: number[][]) {
    this.#rows = rows;
  }

  static identity(size: number): Matrix {
    const row = (i: number) => Array.from({ length: size }, (_, j) => +(i === j));
    return new Matrix(Array.from({ length: size }, (_, i) => row(i)));
  }

  get size(): number {
    return this.#rows.length;
  }

  power(exponent: number): Matrix {
    let result: Matrix = this;
    for (let i = 1; i < exponent; i++) result = result.times(this);
    return result;
  }

  times(other: Matrix): Matrix {
    const size = this.size;
    const rows: number[][] = [];
    for (let i = 0; i < size; i++) {
      rows.push(this.#row(other, i));
    }
    return new Matrix(rows);
  }

  #row(other: Matrix, i: number): number[] {
    const row: number[] = [];
    for (let j = 0; j < this.#rows.length; j++) {
      let sum = 0;
      for (let n = 0; n < 200; n++) for (let k = 0; k < this.#rows.length; k++) sum += this.#rows[i]![k]! * other.#rows[k]![j]!;
      row.push(sum);
    }
    return row;
  }
}
`,
  "lib/pipeline.ts": `type Stage<T, R> = (value: T) => R;

/** Runs a stage later. */
export function pipeline<T, R>(stage: Stage<T, R>): (value: T) => Promise<R> {
  async function delayed(value: T): Promise<R> {
    await null;
    const checked = check(value);
    return stage(checked);
  }
  const check = (value: T): T => {
    if (value === undefined) throw new TypeError("nothing");
    return value;
  };
  return async (value) => {
    const result = await delayed(value);
    return result;
  };
}
`,
};

/** The calls on the way into the matrix, with the lines of the source, outermost first. */
const NESTING = [
  "pipeline.delayed lib/pipeline.ts:5",
  "main.<anonymous> main.ts:10",
  "Matrix.power lib/matrix.ts:18",
  "Matrix.times lib/matrix.ts:24",
  "Matrix.#row lib/matrix.ts:33",
];

const obstacle = (() => {
  try {
    tryRecording({});
  } catch (error) {
    return (error as Error).message;
  }
})();

testNeeding(
  obstacle,
  "profile() reports functions of several modules with the lines of their source",
  async () => {
    await using place = new Workplace();
    for (const [name, text] of Object.entries(MODULES)) place.write(name, text);
    const { code, stdout, stderr } = await runCommand(["profile", `${place.path}/main.ts`], {
      cwd: place.path,
    });
    equal(code, 0, stderr);
    const frames = [...stdout.matchAll(/([\d.]+)%\s+\d+( +)js::(\S+?):(\S+)$/gm)];
    const found = frames.map(([, share, indent, name, at]) => ({
      share: Number(share),
      depth: indent!.length / 2,
      place: `${name} ${at!.replace(`${place.path}/`, "")}`,
    }));
    const start = found.findIndex((frame) => frame.place === NESTING[0]);
    ok(start >= 0, stdout);
    const path = found.slice(start, start + NESTING.length);
    deepEqual(path.map((frame) => frame.place), NESTING);
    deepEqual(path.map(({ depth }) => depth - path[0]!.depth), [0, 1, 2, 3, 4]);
    ok(path.every(({ share }) => share > 0.9 * path[0]!.share), stdout);
  },
);
