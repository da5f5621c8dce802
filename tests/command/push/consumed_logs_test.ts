import { deepEqual, equal, ok } from "node:assert/strict";

import { runCommand, Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { PUSH_ENV, pushedStacks, samplesOf } from "../../support/pushed.ts";
import { PushReceiver } from "../../support/push_receiver.ts";

const obstacle = obstacleOfPerf();

testNeeding(obstacle, "run --push gives V8's log back while the program writes it", async () => {
  await using place = new Workplace();
  await using receiver = await PushReceiver.start();
  const script = place.write(
    "churn.ts",
    `
    import process from "node:process";
    function fresh(k: number): number {
      const functions = Array.from({ length: 30 }, (_, i) => \`function f\${i}(a){return a+\${i}+\${k}} s=f\${i}(s)|0;\`);
      return new Function("n", \`let s=\${k};\${functions.join("")}for(let i=0;i<n;i++)s=(s*31+i)|0;return s\`)(2e4);
    }
    const log = [...Deno.readDirSync("/proc/self/fd")]
      .map(({ name }) => { try { return Deno.readLinkSync(\`/proc/self/fd/\${name}\`) } catch { return "" } })
      .find((path) => /isolate-.*\\.log$/.test(path))!;
    const end = performance.now() + 120_000;
    for (let k = 0; performance.now() < end; k++) {
      fresh(k);
      if (k % 50 > 0) continue;
      const { size, blocks } = Deno.statSync(log);
      if (size > 16e6 && 512 * blocks! < size - 4e6) {
        console.log("given back");
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const later = process.cpuUsage().user + 3e6;
    while (process.cpuUsage().user < later) fresh(0);
    `,
  );
  const { stdout, stderr } = await runCommand(
    ["run", "--push", receiver.target("otlp"), "--window", "1", script],
    { cwd: place.path, env: PUSH_ENV },
  );
  equal(stdout, "given back\n", stderr);
  deepEqual(receiver.problems, []);
  // Names of code whose lines have been given back are still there.
  const last = receiver.taken.slice(-3);
  ok(samplesOf(last, ["<module>", "fresh"]) > 0, [...pushedStacks(last)].join("\n"));
});
