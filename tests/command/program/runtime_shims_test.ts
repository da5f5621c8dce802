import { deepEqual, equal, match } from "node:assert/strict";

import {
  installShims,
  nodeOptions,
  nodePreloadPath,
  type ShimOptions,
} from "../../../lib/command/program/runtime_shims.ts";
import { makeLogDirectory } from "../../../lib/v8_log/log_directory.ts";
import { Workplace } from "../../support/command_process.ts";

/** A runtime that says its version, or how it was started. */
function runtime(version = "v22.1.0"): string {
  return `#!/bin/sh
if [ "$1" = --version ]; then echo ${version}; exit; fi
for word; do printf '<%s>' "$word"; done
echo " $NODE_OPTIONS|$DENO_V8_FLAGS|$IFS" | tr '\\n' ' '
`;
}

/** Shims in a place of their own, and a PATH on which they are first. */
function install(place: Workplace, options: Partial<ShimOptions> = {}) {
  const directory = makeLogDirectory({ temporary: place.path });
  const path = `${place.path}/real:/usr/bin:/bin`;
  const names = installShims({ directory, flags: ["--log"], denoFlags: "", path, ...options });
  const run = async (
    name: string,
    { args = [] as string[], env = {}, before = "" } = {},
  ) => {
    const { code, stdout, stderr } = await new Deno.Command(`${directory.bin}/${name}`, {
      args,
      clearEnv: true,
      env: { PATH: `${before}${directory.bin}:${path}`, ...env },
    }).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout).trimEnd(), stderr: text.decode(stderr) };
  };
  return { directory, names, run, option: `--require=${nodePreloadPath(directory)}` };
}

Deno.test("installShims() writes shims of the runtimes that are on PATH, and Node's script", async () => {
  await using place = new Workplace();
  place.write("real/deno", runtime(), 0o755);
  place.write("real/node", "no program", 0o644);
  const { directory, names } = install(place, { path: `${place.path}/real:/nowhere` });
  deepEqual(names, ["deno"]);
  deepEqual([...Deno.readDirSync(directory.bin)].map(({ name }) => name), ["deno"]);
  equal(Deno.statSync(`${directory.bin}/deno`).mode! & 0o777, 0o755);
  match(Deno.readTextFileSync(nodePreloadPath(directory)), /--log/);
});

Deno.test("installShims() has node start the next node on PATH with the flags, words as they are", async () => {
  await using place = new Workplace();
  place.write("real/node", runtime(), 0o755);
  const { run, option } = install(place, { flags: ["--log", "--it's=$HOME"] });
  const args = ["a b", "*", "", "--x='1'"];
  const { stdout, code } = await run("node", { args, env: { NODE_OPTIONS: "--no-warnings" } });
  equal(stdout.split("|")[0], `<--log><--it's=$HOME><a b><*><><--x='1'> --no-warnings ${option}`);
  equal(code, 0);
  // The option is there once, however often one Node starts another.
  const again = await run("node", { env: { NODE_OPTIONS: option } });
  equal(again.stdout.split("|")[0], `<--log><--it's=$HOME> ${option}`);
});

Deno.test("installShims() has node give no flags to old versions, to Bun, and where no log can be written", async () => {
  for (const version of ["v18.20.0", "1.4.5", "v2.0.0"]) {
    await using place = new Workplace();
    place.write("real/node", runtime(version), 0o755);
    const { run } = install(place);
    equal((await run("node", { args: ["a"] })).stdout.split("|")[0], "<a> ", version);
  }
  await using place = new Workplace();
  place.write("real/node", runtime("v100.0.0"), 0o755);
  const { run, directory } = install(place);
  equal((await run("node")).stdout.startsWith("<--log>"), true);
  await Deno.remove(directory.path);
  equal((await run("node")).stdout.split("|")[0], " ");
});

Deno.test("installShims() has deno withdraw the flags where no log can be written", async () => {
  await using place = new Workplace();
  place.write("real/deno", runtime(), 0o755);
  const { run, directory } = install(place, { denoFlags: "--own" });
  const env = { DENO_V8_FLAGS: `--own,--logfile=${directory.logFile}` };
  const flags = async (env: Record<string, string>) =>
    (await run("deno", { args: ["run"], env })).stdout.split("|")[1];
  equal(await flags(env), env.DENO_V8_FLAGS);
  await Deno.remove(directory.path);
  equal(await flags(env), "--own");
  equal(await flags({ DENO_V8_FLAGS: "--other" }), "--other");
});

Deno.test("installShims() has shims pass over those of other commands, and say that there is no runtime", async () => {
  await using place = new Workplace();
  place.write("real/node", runtime(), 0o755);
  const other = "tmp/xperf-v8-1000/7-8/bin";
  place.write(`${other}/node`, "#!/bin/sh\necho other\n", 0o755);
  const { run } = install(place);
  const before = `${place.path}/${other}:`;
  equal((await run("node", { before })).stdout.startsWith("<--log>"), true);
  await Deno.remove(`${place.path}/real/node`);
  const { code, stderr } = await run("node", { env: { PATH: `${place.path}/real` } });
  deepEqual([code, stderr], [127, "node: not found\n"]);
});

Deno.test("installShims() has shims take directories on PATH for what they are, and no patterns", async () => {
  await using place = new Workplace();
  place.write("real/node", runtime("v0.0.1"), 0o755);
  place.write("r[e]al/node", runtime(), 0o755);
  const { run, directory } = install(place, { path: `${place.path}/real` });
  const PATH = `${directory.bin}:${place.path}/r[e]al:${place.path}/real:/usr/bin:/bin`;
  equal((await run("node", { env: { PATH } })).stdout.startsWith("<--log>"), true);
});

Deno.test("nodeOptions() adds the option once, behind the others", () => {
  const directory = { root: "/tmp/a" };
  const option = "--require=/tmp/a/preload.cjs";
  equal(nodePreloadPath(directory), "/tmp/a/preload.cjs");
  equal(nodeOptions("", directory), option);
  equal(nodeOptions("--b", directory), `--b ${option}`);
  equal(nodeOptions(`${option} --b`, directory), `${option} --b`);
  equal(nodeOptions(`${option}2`, directory), `${option}2 ${option}`);
});
