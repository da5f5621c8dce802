/*
 * Processes that are killed at a random moment, while several threads make functions known: the map
 * is of whole lines, and perf reads the dump. A few of them here; `deno task test:long` kills 1000.
 */
import { ok } from "node:assert/strict";

import { readDump } from "../support/dump_file.ts";
import { checkJitdump } from "../support/jitdump_checks.ts";
import { readJitdump } from "../support/jitdump_reader.ts";
import { testNeeding } from "../support/needing.ts";
import { inject, obstacleOfPerf } from "../support/perf.ts";
import { readPerfMap } from "../support/perf_map_reader.ts";
import { runProgram } from "../support/program.ts";

const ROUNDS = Number(Deno.env.get("XPERF_KILLS") ?? (Deno.env.get("XPERF_LONG") ? 1000 : 12));

const PROGRAM = `
import { activateStackTrampoline, trampoline } from "@x/perf";
const isMain = Object.hasOwn(Deno, "mainModule");
const backend = isMain ? Deno.args[1] : new URL(import.meta.url).hash.slice(1);
if (isMain) {
  for (const backend of Deno.args.slice(2)) {
    const worker = new Worker(\`\${import.meta.url}#\${backend}\`, { type: "module" });
    worker.onmessage = () => {
      // On a busy machine all takes longer, the start too.
      const moment = Number(Deno.args[0]) * performance.now();
      setTimeout(() => Deno.kill(Deno.pid, "SIGKILL"), moment);
    };
  }
} else {
  (self as unknown as Worker).postMessage("here I am");
}
activateStackTrampoline(backend as "perf");
let i = 0;
(function more() {
  // perf inject makes a file of every record.
  const end = performance.now() + (backend === "perf" ? 1 : 0.2);
  while (performance.now() < end) {
    trampoline(\`label \${i++} \`.padEnd(i % 200, "."), "program.ts", i).run(() => {});
  }
  setTimeout(more);
})();
`;

/** Of the main thread and the Workers, in turn: two write the dump and one the map. */
const BACKENDS = [
  ["perf_jit", "perf_jit", "perf"],
  ["perf_jit", "perf", "perf_jit"],
  ["perf", "perf_jit", "perf_jit"],
];

interface Counts {
  maps: number;
  dumps: number;
  lines: number;
  records: number;
  halfRecords: number;
}

async function killOne(counts: Counts, backends: readonly string[]): Promise<void> {
  // The program goes on for so much of the time that it took to start.
  const args = [String(Math.random()), ...backends];
  await using program = await runProgram(PROGRAM, {
    direct: true,
    args,
    // Without looking for build IDs, which would be most of the work.
    under: ["perf", "record", "-BN", "-F", "99", "-g", "-k", "mono", "-o", "perf.data", "--"],
  });
  ok(program.code !== 0);
  const map = await Deno.readFile(program.mapPath).catch(() => undefined);
  if (map !== undefined) {
    counts.maps++;
    counts.lines += readPerfMap(map).length;
  }
  const dump = readDump(program.dumpPath);
  if (dump !== undefined && dump.length > 0) {
    counts.dumps++;
    counts.records += checkJitdump(dump, program.pid, { wasKilled: true }).length;
    counts.halfRecords += readJitdump(dump).rest === 0 ? 0 : 1;
    await inject(program);
  }
}

testNeeding(
  obstacleOfPerf(),
  "a process killed at any moment leaves a map of whole lines and a dump that perf reads",
  async () => {
    const counts: Counts = { maps: 0, dumps: 0, lines: 0, records: 0, halfRecords: 0 };
    const rounds = Array.from({ length: ROUNDS }).keys();
    const work = async () => {
      for (const round of rounds) {
        try {
          await killOne(counts, BACKENDS[round % BACKENDS.length]!);
        } catch (cause) {
          throw new Error(`Kill ${round} does harm`, { cause });
        }
      }
    };
    await Promise.all([work(), work()]);
    console.log(`${ROUNDS} killed:`, counts);
    // That most of them come before anything is written would prove nothing.
    ok(counts.maps > ROUNDS / 2, `${counts.maps} maps`);
    ok(counts.dumps > ROUNDS / 3, `${counts.dumps} dumps`);
    ok(counts.lines > 10 * counts.maps, `${counts.lines} lines`);
  },
);
