import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { appendFileSync, openSync, writeSync } from "node:fs";

import { LiveMap, type MapEntry } from "../../../lib/command/run/live_map.ts";
import { PerfError } from "../../../lib/base/perf_error.ts";
import { readPerfMapEntries } from "../../../lib/backends/perf_map/perf_map_entries.ts";

/** A map of this process at another path, removed when disposed. */
class Scratch implements Disposable {
  readonly directory = Deno.makeTempDirSync({ prefix: "xperf-test-" });
  readonly path = `${this.directory}/perf-1.map`;

  open(): LiveMap {
    return new LiveMap(Deno.pid, this.path);
  }

  get text(): string {
    return Deno.readTextFileSync(this.path);
  }

  /** The names by address, as perf would find them. */
  get names(): [start: number, name: string][] {
    return readPerfMapEntries(this.text).filter(({ start, end }) => end > start)
      .map(({ start, name }) => [start, name]);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

const entry = (address: number, size: number, symbol: string): MapEntry => ({
  address,
  size,
  symbol,
});

Deno.test("LiveMap appends a line for each piece of code", () => {
  using scratch = new Scratch();
  const map = scratch.open();
  map.add([entry(0x7f10, 0x20, "js::foo:a.ts:1")]);
  map.add([entry(0x7f80, 0x10, "js::bar:a.ts:2"), entry(0x100, 1, "RegExp")]);
  equal(scratch.text, "7f10 20 js::foo:a.ts:1\n7f80 10 js::bar:a.ts:2\n100 1 RegExp\n");
  equal(Deno.lstatSync(scratch.path).mode! & 0o777, 0o600);
  map.finish();
});

Deno.test("LiveMap leaves out code without address or name, and existing lines", () => {
  using scratch = new Scratch();
  const map = scratch.open();
  map.add([
    entry(0, 1, "a"),
    entry(1, 0, "a"),
    entry(2, 1, ""),
    entry(NaN, 1, "a"),
    entry(8, 8, "b"),
  ]);
  map.add([entry(8, 8, "b")]);
  equal(scratch.text, "8 8 b\n");
  map.finish();
});

Deno.test("LiveMap retires lines of overwritten code in place", () => {
  using scratch = new Scratch();
  const map = scratch.open();
  map.add([
    entry(0x1000, 0x100, "old"),
    entry(0x1100, 0x100, "older"),
    entry(0x1200, 0x10, "stays"),
  ]);
  const { length } = scratch.text;
  map.add([entry(0x10f0, 0x20, "new")]);
  equal(scratch.text, "0000 000 old\n0000 000 older\n1200 10 stays\n10f0 20 new\n");
  equal(scratch.text.length, length + "10f0 20 new\n".length);
  map.finish();
  equal(scratch.text, "1200 10 stays\n10f0 20 new\n");
});

Deno.test("LiveMap keeps the last of overlapping code in one batch", () => {
  using scratch = new Scratch();
  const map = scratch.open();
  map.add([entry(0x10, 8, "a"), entry(0x10, 8, "b"), entry(0x14, 8, "c")]);
  equal(scratch.text, "14 8 c\n");
  map.finish();
});

Deno.test("LiveMap keeps the lines that the program appends", () => {
  using scratch = new Scratch();
  appendFileSync(scratch.path, "1 1 theirs 1\n");
  const map = scratch.open();
  const theirs = openSync(scratch.path, "a");
  map.add([entry(0x1000, 0x10, "ours 1")]);
  writeSync(theirs, "2 1 theirs 2\n");
  map.add([entry(0x1008, 0x10, "ours 2"), entry(0x2000, 0x10, "ours 3")]);
  writeSync(theirs, "000003 1 theirs 3\n");
  map.add([entry(0x2000, 0x20, "ours 4")]);
  deepEqual(scratch.names.map(([, name]) => name).sort(), [
    "ours 2",
    "ours 4",
    "theirs 1",
    "theirs 2",
    "theirs 3",
  ]);
  map.finish();
  equal(
    scratch.text,
    "1 1 theirs 1\n2 1 theirs 2\n1008 10 ours 2\n3 1 theirs 3\n2000 20 ours 4\n",
  );
});

Deno.test("LiveMap finds its lines even if the program appended in front of them", async () => {
  using scratch = new Scratch();
  const map = scratch.open();
  const program = new Deno.Command("sh", {
    args: ["-c", `for i in $(seq 1 300); do echo "1 1 theirs $i" >> ${scratch.path}; done`],
  }).spawn();
  let isRunning = true;
  const status = program.status.finally(() => isRunning = false);
  let round = 0;
  while (isRunning) {
    round++;
    map.add(Array.from({ length: 50 }, (_, i) => entry(0x1000 + 16 * i, 16, `ours ${i} ${round}`)));
    await new Promise((resolve) => setTimeout(resolve));
  }
  await status;
  map.finish();
  const lines = scratch.text.split("\n");
  equal(lines.filter((line) => /^1 1 theirs \d+$/.test(line)).length, 300);
  deepEqual(
    lines.filter((line) => line.includes("ours")),
    Array.from({ length: 50 }, (_, i) => `${(0x1000 + 16 * i).toString(16)} 10 ours ${i} ${round}`),
  );
});

Deno.test("LiveMap writes no line across the end of a page", () => {
  using scratch = new Scratch();
  const map = scratch.open();
  for (let i = 0; i < 20; i++) {
    map.add(
      Array.from({ length: 50 }, (_, j) => {
        const number = 50 * i + j;
        return entry(0x10000 + 64 * number, 64, "x".repeat(1 + number * 7 % 300));
      }),
    );
  }
  let end = 0;
  for (const line of scratch.text.split("\n").slice(0, -1)) {
    // Zeros may stand in the page before.
    const start = end + /^0*/.exec(line)![0].length;
    end += line.length + 1;
    equal(Math.floor(start / 4096), Math.floor((end - 1) / 4096));
  }
  equal(scratch.names.length, 1000);
  map.finish();
});

Deno.test("LiveMap replaces the map of an earlier process of the same number", () => {
  using scratch = new Scratch();
  Deno.writeTextFileSync(scratch.path, "1 1 stale\n");
  Deno.utimeSync(scratch.path, 0, 0);
  const map = scratch.open();
  map.add([entry(2, 2, "new")]);
  equal(scratch.text, "2 2 new\n");
  map.finish();
});

for (
  const [what, plant] of [
    ["a symbolic link", (path: string) => Deno.symlinkSync("/etc/passwd", path)],
    ["a second name", (path: string) => {
      Deno.writeTextFileSync(`${path}.other`, "");
      Deno.linkSync(`${path}.other`, path);
    }],
    ["a directory", (path: string) => Deno.mkdirSync(path)],
    ["a FIFO", (path: string) => {
      new Deno.Command("mkfifo", { args: [path] }).outputSync();
    }],
  ] as const
) {
  Deno.test(`LiveMap refuses ${what} at its path`, () => {
    using scratch = new Scratch();
    plant(scratch.path);
    throws(() => scratch.open(), (error: PerfError) => {
      ok(error instanceof PerfError);
      match(error.message, /^Cannot write ".*perf-1.map": /);
      return true;
    });
  });
}

Deno.test("LiveMap leaves a file alone that has replaced the map", () => {
  using scratch = new Scratch();
  const map = scratch.open();
  map.add([entry(1, 8, "old"), entry(1, 8, "new")]);
  map.add([entry(1, 8, "newer")]);
  Deno.removeSync(scratch.path);
  Deno.writeTextFileSync(scratch.path, "other\n");
  map.finish();
  equal(scratch.text, "other\n");
});
