/*
 * Processes that are killed at a random moment, while several threads make functions known: the map
 * is of whole lines, and perf reads the dump. A few of them here; `deno task test:long` kills 1000.
 */
import { ok } from "node:assert/strict";

import { checkJitdump } from "./support/jitdump_checks.ts";
import { readJitdump } from "./support/jitdump_reader.ts";
import { testNeeding } from "./support/needing.ts";
import { inject, obstacleOfPerf } from "./support/perf.ts";
import { readPerfMap } from "./support/perf_map_reader.ts";
import { runProgram } from "./support/program.ts";

const ROUNDS = Number(Deno.env.get("XPERF_KILLS") ?? (Deno.env.get("XPERF_LONG") ? 1000 : 12));

/** The main thread writes the dump, and two Workers the map. */
const PROGRAM = `
import { activateStackTrampoline, trampoline } from "@x/perf";
const isMain = Object.hasOwn(Deno, "mainModule");
const backend = isMain ? Deno.args[1] : new URL(import.meta.url).hash.slice(1);
if (isMain) {
  for (const backend of ["perf", "perf"]) {
    const worker = new Worker(\`\${import.meta.url}#\${backend}\`, { type: "module" });
    worker.onmessage = () => {
      setTimeout(() => Deno.kill(Deno.pid, "SIGKILL"), Number(Deno.args[0]));
    };
  }
} else {
  (self as unknown as Worker).postMessage("here I am");
}
activateStackTrampoline(backend as "perf");
let i = 0;
(function more() {
  // perf inject makes a file of every record.
  const end = performance.now() + (backend === "perf" ? 5 : 0.2);
  while (performance.now() < end) {
    trampoline(\`label \${i++} \`.padEnd(i % 200, "."), "program.ts", i).run(() => {});
  }
  setTimeout(more);
})();
`;

/** Milliseconds from the first Worker's start until the program is killed. */
function moment(): string {
  return String(Math.floor(200 * Math.random()));
}

interface Counts {
  maps: number;
  dumps: number;
  lines: number;
  records: number;
  halfRecords: number;
}

async function killOne(counts: Counts, backend: string): Promise<void> {
  const args = [moment(), backend];
  await using program = await runProgram(PROGRAM, {
    direct: true,
    args,
    under: ["perf", "record", "-F", "99", "-g", "-k", "mono", "-o", "perf.data", "--"],
  });
  ok(program.code !== 0);
  const map = await Deno.readFile(program.mapPath).catch(() => undefined);
  if (map !== undefined) {
    counts.maps++;
    counts.lines += readPerfMap(map).length;
  }
  const dump = await Deno.readFile(program.dumpPath).catch(() => undefined);
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
          // One thread writes the dump: of two, one can describe a trampoline before the other has
          // described the region around it, and that function loses its name.
          await killOne(counts, "perf_jit");
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
