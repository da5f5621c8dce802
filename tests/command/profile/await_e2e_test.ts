import { equal, match, ok } from "node:assert/strict";

import { decodeRecording } from "../../../lib/recording/recording_file.ts";
import { runCommand, Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";

/** A server with an await of 40 ms, and 50 requests at a time. */
const SERVER = `
interface Row { id: string }
async function slowRow(id: string): Promise<Row> {
  await new Promise((resolve) => setTimeout(resolve, 40));
  return { id };
}
const server = Deno.serve({ port: 0, onListen() {} }, async (request) => {
  const row = await slowRow(request.url);
  return Response.json(row);
});
const url = \`http://127.0.0.1:\${server.addr.port}/\`;
const get = async () => await (await fetch(url)).text();
for (let i = 0; i < 4; i++) await Promise.all(Array.from({ length: 50 }, get));
await server.shutdown();
`;

for (const sampler of ["perf", "builtin"]) {
  testNeeding(
    sampler === "perf" ? obstacleOfPerf() : undefined,
    `profile() --await with ${sampler} finds the await that requests wait for`,
    async () => {
      await using place = new Workplace();
      const script = place.write("server.ts", SERVER);
      const record = ["profile", "--sampler", sampler, "-o", "out.data", "--format", "text"];
      const { code, stdout, stderr } = await runCommand([...record, "--await", script], {
        cwd: place.path,
      });
      equal(code, 0, stderr);
      const waiting = stdout.slice(stdout.indexOf("server.ts (promise hooks, await, "));
      match(waiting, /\nLines that waited longest\n(.*\n)*?.* server\.ts:4 +await new Promise/);
      match(
        waiting,
        /\n +[\d.]+ ms.* <anonymous> +server\.ts:8\n +[\d.]+ ms.* slowRow +server\.ts:4\n/,
      );
      const { stacks } = decodeRecording(Deno.readTextFileSync(`${place.path}/out.await.json`));
      const slow = stacks.filter(({ frames }) => frames.some(({ name }) => name === "slowRow"))
        .reduce((sum, { weight }) => sum + weight, 0);
      // 200 requests wait 40 ms at least; a machine that is busy lets them wait longer, and has fewer
      // awaits recorded.
      const [, error = "0"] = /within ([\d.]+) % \(standard error\)/.exec(stdout + stderr) ?? [];
      const least = 39e6 * (1 - 4 * Number(error) / 100);
      ok(least > 0 && slow / 200 > least, `${slow / 200} ns, standard error ${error} %`);
      ok(!stdout.slice(0, stdout.indexOf("promise hooks")).includes("wait_recorder"), stdout);
      // Without the option nothing is left of it.
      const plain = await runCommand([...record, script], { cwd: place.path });
      ok(!plain.stdout.includes("promise hooks"), plain.stdout);
      equal(place.has("out.await.json"), false);
    },
  );
}
