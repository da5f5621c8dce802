import { deepEqual, equal, match, ok } from "node:assert/strict";

import { tryRecording } from "../../../lib/perf/perf_tool.ts";
import { testNeeding } from "../../support/needing.ts";
import { endOf, runCommand, startCommand, Workplace } from "../../support/command_process.ts";
import { HOT, HOT_NESTING } from "../../support/hot_program.ts";

/** Why perf may not record here; `undefined` where it may. */
const obstacle = (() => {
  try {
    tryRecording({});
  } catch (error) {
    return (error as Error).message;
  }
})();

/** The names in a report, with their depths. */
const REPORTED_NESTING = HOT_NESTING.map((name, depth) => [`js::${name}`, depth]);

/** Finds the depth of each name in a report below its outermost `js::` frame; outermost first. */
function nesting(report: string): [string, number][] {
  const frames = [...report.matchAll(/%\s+\d+( +)(js::[^:]+):\S*?(:\d+)?$/gm)]
    .map(([, indent, name, line = ""]): [string, number] => [name! + line, indent!.length / 2]);
  const outermost = frames[0]?.[1] ?? 0;
  return frames.map(([name, depth]) => [name, depth - outermost]);
}

testNeeding(
  obstacle,
  "profile() shows module, baz, bar and foo nested, with their lines",
  async () => {
    await using place = new Workplace();
    const script = place.write("hot.ts", HOT);
    const { code, stdout, stderr } = await runCommand(["profile", script, "500"], {
      cwd: place.path,
    });
    equal(code, 0, stderr);
    deepEqual(nesting(stdout).slice(0, 4), REPORTED_NESTING);
    match(stdout, new RegExp(`js::foo:${script}:4\n`));
    match(stdout, new RegExp(`# Recorded in ${Deno.realPathSync(place.path)}/perf.data;`));
    equal(stdout.includes("\x1b"), false);
  },
);

testNeeding(obstacle, "profile() shows no js:: frame with -X perf=0", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", HOT);
  const { code, stdout } = await runCommand(["profile", "-X", "perf=0", script, "200"], {
    cwd: place.path,
  });
  equal(code, 0);
  match(stdout, /# Samples: /);
  equal(stdout.includes("js::"), false);
});

testNeeding(obstacle, "profile() without a script profiles the demo", async () => {
  await using place = new Workplace();
  const { code, stdout } = await runCommand(["profile", "-o", "demo.data"], { cwd: place.path });
  equal(code, 0);
  deepEqual(nesting(stdout).slice(0, 4).map(([name]) => name.replace(/:\d+$/, "")), [
    "js::<module>",
    "js::baz",
    "js::bar",
    "js::foo",
  ]);
  equal(place.has("demo.data"), true);
});

testNeeding(
  obstacle,
  "profile() reports, then ends with the script's own status or signal",
  async () => {
    await using place = new Workplace();
    const script = place.write("fail.ts", `${HOT}; eval(Deno.args[1]!);`);
    const options = { cwd: place.path };
    const failed = await runCommand(["profile", script, "100", "Deno.exit(42)"], options);
    equal(failed.code, 42);
    match(failed.stdout, /js::foo/);
    const thrown = await runCommand(["profile", script, "100", "throw new Error('mine')"], options);
    equal(thrown.code, 1);
    match(thrown.stdout, /js::foo/);
    match(thrown.stderr, /mine/);
    const killed = await runCommand(
      ["profile", script, "100", "Deno.kill(Deno.pid, 'SIGKILL')"],
      options,
    );
    equal(killed.signal, "SIGKILL");
    match(killed.stdout, /js::foo/);
  },
);

testNeeding(obstacle, "profile() passes perf's options to perf, and warns of dwarf", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", HOT);
  const { code, stdout, stderr } = await runCommand(
    ["profile", "-F", "499", "-g", "--call-graph=dwarf,4096", "-k", "mono", "-m", "1M"]
      .concat("-e", "task-clock", "-o", "own.data", script, "100"),
    { cwd: place.path },
  );
  equal(code, 0, stderr);
  match(stdout, /of event 'task-clock/);
  equal(stderr.match(/^warning: .*dwarf.*stacks end/gm)?.length, 1);
  equal(stderr.includes("no hardware events"), false);
});

/** Finds the files that perf and a script have left in /tmp. */
function jitFiles({ path }: Workplace): string[] {
  const ours = [...Deno.readDirSync(path)].flatMap(({ name }) =>
    /^(\d+)\.pid$/.exec(name)?.[1] ?? []
  );
  equal(ours.length > 0, true);
  return [...Deno.readDirSync("/tmp")].map(({ name }) => name).filter((name) =>
    ours.some((pid) => name === `jit-${pid}.dump` || name.startsWith(`jitted-${pid}-`))
  );
}

testNeeding(obstacle, "profile() with -X perf_jit shows whole stacks, and cleans up", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", HOT);
  const { code, stdout, stderr } = await runCommand(
    ["profile", "-X", "perf_jit", "-F", "999", "--call-graph", "dwarf,24576", script, "500"],
    { cwd: place.path },
  );
  equal(code, 0, stderr);
  deepEqual(nesting(stdout).slice(0, 4), REPORTED_NESTING);
  match(stdout, /__libc_start_call_main\n.*js::<module>/);
  match(stdout, /perf\.jit\.data\n# It needs .* --keep keeps them/);
  equal(/cut off|no js::/.test(stderr), false, stderr);
  equal(place.has("perf.data") && place.has("perf.jit.data"), true);
  deepEqual(jitFiles(place), []);
});

testNeeding(obstacle, "profile() names the next size to try if stacks are cut off", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", HOT);
  for (
    // The whole stack takes less than 4 000 bytes; of 64 a few samples may show a function.
    const [size, warning] of [
      [64, /(no js:: frame was seen|cut off).* dwarf,128\n/],
      [2000, /cut off.* dwarf,4000\n/],
    ]
  ) {
    const { code, stderr } = await runCommand(
      ["profile", "-X", "perf_jit", "-F", "999", "--call-graph", `dwarf,${size}`, script, "300"],
      { cwd: place.path },
    );
    equal(code, 0, stderr);
    match(stderr, warning as RegExp);
  }
});

testNeeding(
  obstacle,
  "profile() --keep keeps the files that the merged recording needs",
  async () => {
    await using place = new Workplace();
    const script = place.write("hot.ts", HOT);
    const args = ["profile", "-X", "perf_jit", "--keep", "-g", "-o", "own.data", script, "300"];
    const { code, stdout, stderr } = await runCommand(args, { cwd: place.path });
    const files = jitFiles(place);
    try {
      equal(code, 0, stderr);
      match(stdout, new RegExp(`own\\.jit\\.data\n# Kept for it: ${files.length} files`));
      equal(files.length > 4, true);
      match(stdout, /js::foo/);
    } finally {
      for (const file of files) Deno.removeSync(`/tmp/${file}`);
    }
  },
);

testNeeding(obstacle, "profile() ends the recording on SIGINT, and still reports", async () => {
  await using place = new Workplace();
  const script = place.write(
    "hot.ts",
    `${HOT}; Deno.writeTextFileSync("hot", ""); for (;;) baz(1e5);`,
  );
  const child = startCommand(["profile", script, "200"], { cwd: place.path });
  const watcher = Deno.watchFs(place.path);
  const ended = endOf(child).finally(() => watcher.close());
  for await (const _ of watcher) {
    if (place.has("hot")) break;
  }
  equal(place.has("hot"), true, "the script has not become hot");
  child.kill("SIGINT");
  const { signal, stdout } = await ended;
  match(stdout, /js::foo/);
  equal(signal === "SIGINT" || signal === "SIGTERM", true);
});

testNeeding(obstacle, "run() works under the user's own perf record", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", HOT);
  const cli = import.meta.resolve("../../../lib/command/cli.ts");
  const record = new Deno.Command("perf", {
    args: ["record", "-q", "-F", "999", "-g", "-o", "own.data", "--"]
      .concat(Deno.execPath(), "run", "--no-lock", "-A", cli, "run", "-X", "perf", script, "300"),
    cwd: place.path,
    stdin: "null",
  });
  equal((await record.output()).code, 0);
  const report = new Deno.Command("perf", {
    args: ["report", "--stdio", "--sort", "symbol", "-i", "own.data"],
    cwd: place.path,
  });
  match(new TextDecoder().decode((await report.output()).stdout), /js::foo:/);
});

/** Callbacks that builtins call, three deep, as most programs have them. */
const NESTED = `
interface Item { id: number; tags: string[] }
function make(id: number): Item { return { id, tags: ["a", "b", String(id % 7)] }; }
function score(item: Item): number {
  return item.tags.reduce((sum, tag) => sum + tag.charCodeAt(0) * item.id, 0) % 1013;
}
function rank(items: Item[]): Item[] {
  return items.map((item) => ({ item, by: score(item) })).sort((a, b) => a.by - b.by)
    .map(({ item }) => item);
}
async function round(n: number): Promise<number> {
  const ranked = rank(Array.from({ length: 300 }, (_, i) => make(i + n)));
  await null;
  return JSON.stringify(ranked.map((item) => ({ ...item, name: "x" + item.id }))).length;
}
for (let n = 0; n < 300; n++) await round(n);
`;

testNeeding(obstacle, "profile() -X perf_jit has whole stacks of a small program", async () => {
  await using place = new Workplace();
  place.write("nested.ts", NESTED);
  const cutOf = async (...args: string[]) => {
    const { code, stderr } = await runCommand(
      ["profile", "-X", "perf_jit", "--engine", "native", "-F", "999", ...args, "nested.ts"],
      { cwd: place.path },
    );
    equal(code, 0, stderr);
    return Number(/(\d+) % of the stacks are cut off/.exec(stderr)?.[1] ?? 0);
  };
  const [cut, before] = [await cutOf(), await cutOf("--call-graph", "dwarf,8192")];
  ok(cut < before / 2, `${cut} % are cut, with 8192 bytes ${before} %`);
});
