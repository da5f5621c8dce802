import { deepEqual, equal } from "node:assert/strict";

import { PerfError } from "../../../lib/base/perf_error.ts";
import { LiveMap, type MapEntry, type MapSource } from "../../../lib/command/run/live_map.ts";
import { LiveMaps } from "../../../lib/command/run/live_maps.ts";

/** A map of a process at another path, removed when disposed. */
class Scratch implements Disposable {
  readonly directory = Deno.makeTempDirSync({ prefix: "xperf-test-" });
  readonly path = `${this.directory}/perf-1.map`;

  readonly open = (pid: number): LiveMap => new LiveMap(pid, this.path);

  get text(): string {
    return Deno.readTextFileSync(this.path);
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

/** A source that gives one batch at a time. */
function sourceOf(...batches: MapEntry[][]): MapSource {
  return { takeChanges: () => ({ added: batches.splice(0, 1).flat() }) };
}

/** A source whose log cannot be read. */
function failing(message: string): MapSource {
  return {
    takeChanges() {
      throw new PerfError(message, { code: "file" });
    },
  };
}

Deno.test("update() writes each source's code, and finishes the map when the process ends", async () => {
  using scratch = new Scratch();
  const program = new Deno.Command("sleep", { args: ["60"] }).spawn();
  const maps = new LiveMaps({ open: scratch.open });
  maps.follow(
    program.pid,
    sourceOf([entry(0x10, 8, "a")], [entry(0x10, 8, "b")], [entry(0x20, 8, "c")]),
  );
  maps.follow(program.pid, sourceOf());
  maps.update();
  maps.update();
  equal(scratch.text, "00 0 a\n10 8 b\n");
  program.kill();
  await program.status;
  maps.update();
  equal(scratch.text, "10 8 b\n20 8 c\n");
  maps.finish();
});

Deno.test("follow() adds the code of a process's other isolates to its one map", () => {
  using scratch = new Scratch();
  const opened: number[] = [];
  const maps = new LiveMaps({
    open(pid) {
      opened.push(pid);
      return scratch.open(pid);
    },
  });
  maps.follow(Deno.pid, sourceOf([entry(0x10, 8, "a")]));
  maps.follow(Deno.pid, sourceOf([entry(0x20, 8, "b")]));
  maps.update();
  equal(scratch.text, "10 8 a\n20 8 b\n");
  deepEqual(opened, [Deno.pid]);
  maps.finish();
});

Deno.test("follow() says once that a map cannot be written", () => {
  const problems: string[] = [];
  const maps = new LiveMaps({
    onProblem: (error) => problems.push(error.message),
    open: () => {
      throw new PerfError("Cannot write", { code: "file" });
    },
  });
  maps.follow(Deno.pid, sourceOf());
  maps.follow(Deno.pid, sourceOf());
  maps.update();
  maps.finish();
  deepEqual(problems, ["Cannot write"]);
});

Deno.test("update() says once that a source fails, and keeps the lines that are there", () => {
  using scratch = new Scratch();
  const problems: string[] = [];
  const maps = new LiveMaps({
    onProblem: (error) => problems.push(error.message),
    open: scratch.open,
  });
  maps.follow(Deno.pid, sourceOf([entry(0x10, 8, "a")], [entry(0x20, 8, "b")]));
  maps.follow(Deno.pid, failing("Cannot read"));
  maps.update();
  maps.update();
  maps.finish();
  deepEqual(problems, ["Cannot read"]);
  equal(scratch.text, "10 8 a\n");
});

Deno.test({
  name:
    "LiveMaps updates by itself until finish(), which leaves maps of living processes as they are",
  // A timer that goes on would be found.
  sanitizeOps: true,
  async fn() {
    using scratch = new Scratch();
    const asked = Promise.withResolvers<void>();
    const batches = [[entry(0x10, 8, "a")], [entry(0x10, 8, "b")], []];
    const maps = new LiveMaps({ open: scratch.open });
    maps.follow(Deno.pid, {
      takeChanges() {
        if (batches.length === 1) asked.resolve();
        return { added: batches.shift() ?? [] };
      },
    });
    await asked.promise;
    maps.finish();
    equal(scratch.text, "00 0 a\n10 8 b\n");
    // Nothing is followed any more.
    maps.update();
    equal(scratch.text, "00 0 a\n10 8 b\n");
  },
});
