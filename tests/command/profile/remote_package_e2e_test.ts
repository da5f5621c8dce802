import { deepEqual, equal, match } from "node:assert/strict";

import { testNeeding } from "../../support/needing.ts";
import { runCommand } from "../../support/other_runtime.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { Registry } from "../../support/registry.ts";

testNeeding(
  obstacleOfPerf(),
  "profile() of a command that deno install took from a registry shows its demo, and asks no more",
  async () => {
    await using registry = await Registry.start();
    const install = ["install", "-g", "-A", "--root", registry.home, "-n", "js-perf"];
    const installed = await registry.deno([...install, "jsr:@x/perf/cli"]);
    equal(installed.code, 0, installed.stderr);
    const run = async (...args: string[]) => {
      const ended = await runCommand([`${registry.home}/bin/js-perf`, ...args], {
        cwd: registry.home,
        env: registry.environment,
      });
      equal(ended.code, 0, ended.stderr);
      return ended;
    };
    const requests: number[] = [];
    for (const sampler of ["perf", "builtin", "perf", "builtin"]) {
      const { stdout } = await run("profile", "--format", "perf", "--sampler", sampler);
      match(stdout, /^baz, bar and foo are done: /);
      match(stdout, new RegExp(`js::baz:${registry.url}[^]*js::bar:[^]*js::foo:`));
      requests.push(registry.takeRequests().length);
    }
    console.log(`deno install -g: requests of four recordings: ${requests}`);
    deepEqual(requests.slice(2), [0, 0]);
    const { stderr } = await run("profile", "--engine", "wasm");
    match(stderr, /^@x\/perf: 1 file runs as it is; --verbose says which$/m);
    match(stderr, /: "http:\S+demo\.ts" comes from the network, and Deno hands over no text /);
  },
);
