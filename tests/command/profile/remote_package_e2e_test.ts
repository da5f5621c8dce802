import { equal, match } from "node:assert/strict";

import { testNeeding } from "../../support/needing.ts";
import { servePackage } from "../../support/package_server.ts";
import { obstacleOfPerf } from "../../support/perf.ts";

testNeeding(
  obstacleOfPerf(),
  "profile() of a command that deno install took from the network shows its demo",
  async () => {
    await using server = servePackage();
    const home = await Deno.makeTempDir({ prefix: "xperf-installed-" });
    const text = new TextDecoder();
    const run = async (program: string, ...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(program, {
        args,
        cwd: home,
        env: { HOME: home, XDG_CACHE_HOME: "", DENO_DIR: `${home}/deno`, NO_COLOR: "1" },
      }).output();
      equal(code, 0, text.decode(stderr));
      return { stdout: text.decode(stdout), stderr: text.decode(stderr) };
    };
    try {
      const url = `http://127.0.0.1:${server.addr.port}`;
      const cli = `${url}/lib/command/cli.ts`;
      await run(Deno.execPath(), "install", "-g", "-A", "--root", home, "-n", "js-perf", cli);
      const command = `${home}/bin/js-perf`;
      for (const sampler of ["perf", "builtin"]) {
        const { stdout } = await run(command, "profile", "--format", "perf", "--sampler", sampler);
        match(stdout, /^baz, bar and foo are done: /);
        match(stdout, new RegExp(`js::baz:${url}[^]*js::bar:[^]*js::foo:`));
      }
      const { stderr } = await run(command, "profile", "--engine", "wasm");
      match(stderr, /^@x\/perf: 1 file runs as it is; --verbose says which$/m);
      match(stderr, /: "http:\S+demo\.ts" comes from the network, and Deno hands over no text /);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
);
