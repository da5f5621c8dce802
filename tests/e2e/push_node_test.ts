/*
 * `run --push` in Node, by the npm package.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";

import { buildNpm } from "../../scripts/build/npm.ts";
import { npmPackage } from "../../scripts/build/npm_package.ts";
import { makeCertificate } from "../support/certificates.ts";
import { obstacleOfCommand, testNeeding } from "../support/needing.ts";
import { npm, obstacleOfRuntime, runCommand, runtimeProgram } from "../support/other_runtime.ts";
import { obstacleOfPerf } from "../support/perf.ts";
import { HOT_PUSHED, NESTING, pushedStacks, samplesOf } from "../support/pushed.ts";
import { PushReceiver } from "../support/push_receiver.ts";

const directory = Deno.makeTempDirSync({ prefix: "xperf-push-node-" });
globalThis.addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

/** The hot program, as a module of Node's. */
const HOT = HOT_PUSHED.replaceAll(": number", "").replace("Deno.args[0]", "process.argv[2]")
  .replace("Deno.exit", "process.exit");

let installing: Promise<string> | undefined;

/** The command, from the package that npm has installed. */
function command(): Promise<string> {
  return installing ??= (async () => {
    const { tarball } = await buildNpm(npmPackage, directory);
    npm(["install", tarball], directory);
    Deno.writeTextFileSync(`${directory}/hot.mjs`, HOT);
    return `${directory}/node_modules/@x/perf/lib/command/main.js`;
  })();
}

for (const node of ["node20", "node22", "node24", "node26"] as const) {
  for (const sampler of ["perf", "builtin"] as const) {
    const obstacle = obstacleOfCommand("npm", "--version") ?? obstacleOfRuntime(node) ??
      (sampler === "perf" ? obstacleOfPerf() : undefined);
    testNeeding(obstacle, `run --push sends what ${node} does, sampled by ${sampler}`, async () => {
      await using receiver = await PushReceiver.start();
      const main = await command();
      const stop = `${directory}/stop`;
      const ending = runCommand(
        [
          ...[runtimeProgram(node), main, "run", "--push", receiver.target("otlp")],
          ...["--window", "1", "--sampler", sampler, "hot.mjs", "600000"],
        ],
        { cwd: directory, env: { OTEL_SERVICE_NAME: "shop" } },
      );
      await receiver.until(() =>
        receiver.taken.length >= 3 && samplesOf(receiver.taken, NESTING) > 50
      );
      Deno.writeTextFileSync(stop, "");
      const { code, stdout, stderr } = await ending;
      Deno.removeSync(stop);
      equal(code, 7, stderr);
      equal(stdout, "mine\n");
      match(stderr, new RegExp(`^sampler: ${sampler} .*\n$`));
      deepEqual(receiver.problems, []);
      const stacks = [...pushedStacks(receiver.taken).keys()];
      ok(stacks.some((stack) => /baz@hot\.mjs:8 bar@hot\.mjs:7 foo@hot\.mjs:4$/.test(stack)));
      const { resource } = receiver.taken[0]!.otlp[0]!;
      equal(resource["service.name"], "shop");
      equal(resource["process.runtime.name"], "nodejs");
    });
  }
}

testNeeding(
  obstacleOfCommand("npm", "--version") ?? obstacleOfCommand("openssl", "version") ??
    obstacleOfRuntime("node22"),
  "run --push in Node trusts an authority of NODE_EXTRA_CA_CERTS, and no other",
  async () => {
    const certificate = makeCertificate(directory);
    await using receiver = await PushReceiver.start(0, certificate);
    const main = await command();
    const run = (env: Record<string, string>) =>
      runCommand(
        [
          ...[runtimeProgram("node22"), main, "run", "--push", receiver.target("otlp")],
          ...["--window", "1", "--sampler", "builtin", "hot.mjs", "2500"],
        ],
        { cwd: directory, env },
      );
    const refused = await run({});
    equal(refused.code, 7);
    match(refused.stderr, /^warning: Cannot push profiles to otlp\+https:/m);
    equal(receiver.requests, 0);
    const { code } = await run({ NODE_EXTRA_CA_CERTS: certificate.authority });
    equal(code, 7);
    ok(samplesOf(receiver.taken, NESTING) > 10);
    deepEqual(receiver.problems, []);
  },
);
