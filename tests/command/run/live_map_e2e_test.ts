/*
 * perf, run by hand, on programs under V8's log: the names come from the map that follows the log,
 * and the markers are in the recording.
 */
import { equal, ok } from "node:assert/strict";
import { closeSync, openSync, readSync } from "node:fs";

import type { MapEntry, MapSource } from "../../../lib/command/run/live_map.ts";
import { LiveMaps } from "../../../lib/command/run/live_maps.ts";
import { perfMapPath } from "../../../lib/backends/perf_map/perf_map.ts";
import { LoggedPrograms } from "../../support/logged.ts";
import { obstacleOfCommand, testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf, parsePerfScript } from "../../support/perf.ts";

/**
 * The code in a growing log, by the lines that create and move it; lib/v8_log has names of ours.
 */
class PlainSource implements MapSource {
  readonly #path: string;
  readonly #code = new Map<number, MapEntry>();
  #offset = 0;
  #rest = "";

  constructor(path: string) {
    this.#path = path;
  }

  takeChanges(): { added: MapEntry[] } {
    const descriptor = openSync(this.#path, "r");
    const chunk = new Uint8Array(1 << 22);
    const length = readSync(descriptor, chunk, 0, chunk.length, this.#offset);
    closeSync(descriptor);
    this.#offset += length;
    const lines = (this.#rest + new TextDecoder("latin1").decode(chunk.subarray(0, length)))
      .split("\n");
    this.#rest = lines.pop()!;
    return { added: lines.flatMap((line) => this.#take(line) ?? []) };
  }

  #take(line: string): MapEntry | undefined {
    const [kind, ...fields] = line.split(",");
    if (kind === "code-creation") {
      const [, , , address, size, name] = fields;
      const symbol = `js::${name!.split(" ")[0] || "<anonymous>"}`;
      const entry = { address: Number(address), size: Number(size), symbol };
      this.#code.set(entry.address, entry);
      return entry;
    }
    if (kind !== "code-move") return undefined;
    const [from, to] = fields.map(Number) as [number, number];
    const moved = this.#code.get(from);
    return moved && { ...moved, address: to };
  }
}

const HOT = `
function hot(n) { let sum = 0; for (let i = 0; i < n; i++) sum = (sum + i * i) % 1000003; return sum; }
const end = Date.now() + 1500;
let sum = 0;
while (Date.now() < end) sum += hot(1e5);
console.log(sum > 0);
`;

const HOT_LINE = /^[0-9a-f]+ [0-9a-f]+ js::hot$/m;

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

for (const command of [["deno", "run"], ["node"]]) {
  testNeeding(
    obstacleOfPerf() ?? obstacleOfCommand(command[0]!, "--version"),
    `LiveMaps names the functions of ${command[0]} for perf, while it runs and afterwards`,
    async () => {
      using programs = new LoggedPrograms({ "hot.mjs": HOT });
      const maps = new LiveMaps();
      const watch = programs.watch({
        onLog: ({ pid, path }) => maps.follow(pid, new PlainSource(path)),
      });
      const recording = programs.start([
        ...["perf", "record", "-F", "999", "-g", "-o", "perf.data", "--"],
        ...[...command, "hot.mjs"],
      ]);
      let isRunning = true;
      const ended = recording.output().finally(() => isRunning = false);
      let wasNamed = false;
      while (isRunning && !wasNamed) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        const [process] = watch.processes;
        wasNamed = isRunning && process !== undefined &&
          HOT_LINE.test(textOf(perfMapPath(process.pid)));
      }
      const { code, stderr } = await ended;
      watch.finish();
      maps.finish();
      const { pid } = watch.processes[0]!;
      try {
        equal(code, 0, new TextDecoder().decode(stderr));
        ok(wasNamed, "the map has no name while the program runs");
        const script = await programs.run(
          ["perf", "script", "-i", "perf.data", "-F", "ip,sym"],
          { logged: false },
        );
        const samples = parsePerfScript(script.stdout);
        const named = samples.filter((sample) => sample.some((symbol) => symbol === "js::hot"));
        console.log(`${named.length} of ${samples.length} samples in hot()`);
        ok(named.length > 0.4 * samples.length);
      } finally {
        Deno.removeSync(perfMapPath(pid));
      }
    },
  );
}

testNeeding(
  obstacleOfPerf(),
  "V8LogWatch.mark() gives perf the directory, and a moment on both clocks",
  async () => {
    using programs = new LoggedPrograms();
    const { path } = programs.directory;
    const watch = JSON.stringify(import.meta.resolve("../../../lib/command/logs/log_watch.ts"));
    Deno.writeTextFileSync(
      `${programs.path}/mark.ts`,
      `
import { V8LogWatch } from ${watch};
const watch = new V8LogWatch(${JSON.stringify(path)});
watch.mark("start");
await new Promise((resolve) => setTimeout(resolve, 300));
watch.mark("end");
watch.finish();`,
    );
    const recorded = await programs.run([
      ...["perf", "record", "-k", "mono", "-e", "cpu-clock", "-o", "perf.data", "--"],
      ...["deno", "run", "-A", "--no-lock", "mark.ts"],
    ], { logged: false });
    equal(recorded.code, 0, recorded.stderr);
    const script = await programs.run(
      ["perf", "script", "-i", "perf.data", "--show-mmap-events", "--ns", "-F", "time,comm"],
      { logged: false },
    );
    const { markers } = programs.clock!;
    equal(markers.length, 2);
    for (const { path, before, after } of markers) {
      const line = script.stdout.split("\n").find((line) => line.includes(path));
      ok(line !== undefined, `${path} is not in the recording`);
      const [, seconds, nanoseconds] = /(\d+)\.(\d{9}):/.exec(line)!;
      const time = Number(seconds) * 1e9 + Number(nanoseconds);
      ok(before <= time && time <= after, `${before} ${time} ${after}`);
    }
  },
);
