import { deepEqual, equal, match } from "node:assert/strict";

import { testNeeding } from "../../support/needing.ts";
import { type Ended, runCommand } from "../../support/other_runtime.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { Registry } from "../../support/registry.ts";

/** Installs the command from a registry. Returns a function that runs it in the registry's home. */
async function install(registry: Registry): Promise<(...args: string[]) => Promise<Ended>> {
  const install = ["install", "-g", "-A", "--root", registry.home, "-n", "js-perf"];
  const installed = await registry.deno([...install, "jsr:@x/perf/cli"]);
  equal(installed.code, 0, installed.stderr);
  return async (...args) => {
    const ended = await runCommand([`${registry.home}/bin/js-perf`, ...args], {
      cwd: registry.home,
      env: registry.environment,
    });
    equal(ended.code, 0, ended.stderr);
    return ended;
  };
}

testNeeding(
  obstacleOfPerf(),
  "profile() of a command that deno install took from a registry shows its demo, and asks no more",
  async () => {
    await using registry = await Registry.start();
    const run = await install(registry);
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

testNeeding(
  obstacleOfPerf(),
  "profile() of a command from a registry leaves lock files as they are, frozen too",
  async () => {
    await using registry = await Registry.start();
    const run = await install(registry);
    const read = () => Deno.readTextFile(`${registry.home}/deno.lock`).catch(() => undefined);
    await Deno.writeTextFile(
      `${registry.home}/a.ts`,
      "function work() { let s = 0; for (let i = 0; i < 3e8; i++) s = (s + i) | 0; return s; }\nwork();\n",
    );
    const cases: [config: string, lock: string | undefined][] = [
      ["{}", undefined],
      ["{}", '{ "version": "5" }'],
      ['{ "lock": { "frozen": true } }', '{ "version": "5" }'],
    ];
    for (const [config, lock] of cases) {
      await Deno.writeTextFile(`${registry.home}/deno.json`, config);
      if (lock !== undefined) await Deno.writeTextFile(`${registry.home}/deno.lock`, lock);
      for (
        const way of [[], ["--sampler", "builtin"], ["--engine", "trampolines"], ["-X", "perf_jit"]]
      ) {
        const { stdout } = await run("profile", "--format", "perf", ...way, "a.ts");
        match(stdout, /js::work:/);
        equal(await read(), lock, way.join(" "));
      }
    }
  },
);
