import { deepEqual, equal, match } from "node:assert/strict";
import { gunzipSync } from "node:zlib";

import { Model } from "../../../bundles/page/model.ts";
import { pageDataOf } from "../../support/page_model.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { runCommand, Workplace } from "../../support/command_process.ts";

const obstacle = obstacleOfPerf();

/** Three functions that call each other, hot for half a second; one that recurses, if told to. */
const HOT = `
let sum = 0;
function foo(n: number) {
  for (let i = 0; i < n; i++) sum = (sum * 31 + i) | 0;
}
function bar(n: number) { foo(n); }
function deep(n: number): void { n > 0 ? deep(n - 1) : foo(1e5); }
const end = performance.now() + 500;
while (performance.now() < end) Deno.args[0] === "deep" ? deep(60) : bar(1e5);
`;

/** A report's values for everything, and for foo with its callees. */
interface Shares {
  total: number;
  foo: number;
}

function sharesOf(stacks: readonly { isInFoo: boolean; weight: number }[]): Shares {
  const sum = (counted: readonly { weight: number }[]) =>
    counted.reduce((sum, { weight }) => sum + weight, 0);
  return { total: sum(stacks), foo: sum(stacks.filter(({ isInFoo }) => isInFoo)) };
}

/** A stack a line, the weight behind the last space. */
function readFolded(text: string): Shares {
  return sharesOf(
    text.trimEnd().split("\n").map((line) => ({
      isInFoo: line.includes(";js::foo:"),
      weight: Number(line.slice(line.lastIndexOf(" ") + 1)),
    })),
  );
}

function readSpeedscope(text: string): Shares {
  const { shared, profiles: [{ samples, weights }] } = JSON.parse(text);
  const foo = shared.frames.findIndex(({ name }: { name: string }) => name === "foo");
  return sharesOf(
    samples.map((ids: number[], i: number) => ({
      isInFoo: ids.includes(foo),
      weight: weights[i],
    })),
  );
}

function readPage(text: string): Shares {
  const { cells, parent, data, ...model } = new Model(pageDataOf(text));
  const foo = data.functions.name.indexOf("foo");
  const isInFoo = (node: number): boolean =>
    node > 0 && (model.spotFn[model.spot[node]!] === foo || isInFoo(parent[node]!));
  return sharesOf(
    Array.from(cells.node, (node, cell) => ({
      isInFoo: isInFoo(node),
      weight: cells.weight[cell]!,
    })),
  );
}

/** perf's own reading of its own file, to compare with. */
async function shareByPerf(directory: string): Promise<number> {
  const { stdout } = await new Deno.Command("perf", {
    args: ["report", "--stdio", "--children", "-g", "none", "--sort", "sym", "-i", "perf.data"],
    cwd: directory,
  }).output();
  return Number(/([\d.]+)% .*js::foo:/.exec(new TextDecoder().decode(stdout))![1]);
}

testNeeding(
  obstacle,
  "profile() --format makes reports that agree with each other and with perf",
  async () => {
    await using place = new Workplace();
    const script = place.write("hot.ts", HOT);
    const { code, stdout, stderr } = await runCommand(
      ["profile", "--engine=trampolines", "-F", "999"]
        .concat("--format", "perf,html,folded,speedscope,pprof", script),
      { cwd: place.path },
    );
    equal(code, 0, stderr);
    const read = (ending: string) => Deno.readFileSync(`${place.path}/perf.${ending}`);
    const text = (ending: string) => new TextDecoder().decode(read(ending));
    const folded = readFolded(text("folded"));
    equal(folded.foo > 0.1 * folded.total, true, text("folded"));
    deepEqual(readSpeedscope(text("speedscope.json")), folded);
    deepEqual(readPage(text("html")), folded);
    match(gunzipSync(read("pb.gz")).toString("latin1"), new RegExp(`js::foo:${script}:3`));
    const share = 100 * folded.foo / folded.total;
    equal(Math.abs(share - await shareByPerf(place.path)) < 1, true, `${share} %`);
    match(stdout, new RegExp(`js::bar:${script}:6\n.*js::foo:${script}:3\n`));
  },
);

testNeeding(
  obstacle,
  "report() --format of a program without trampolines has no js:: frame",
  async () => {
    await using place = new Workplace();
    const script = place.write("hot.ts", HOT);
    await runCommand(["profile", "-F", "999", "-X", "perf=0", script], { cwd: place.path });
    const { code, stdout, stderr } = await runCommand(
      ["report", "--format", "folded", "--app-only", "-o", "-"],
      { cwd: place.path },
    );
    equal(code, 0, stderr);
    match(stdout, /^deno;\[no app code\] \d+$/m);
    equal(stdout.includes("js::"), false);
  },
);

testNeeding(obstacle, "profile() says when the kernel has cut stacks, and the mend", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", HOT);
  const args = ["profile", "--engine=trampolines", "-F", "999", "--format", "html", script];
  const { code, stderr } = await runCommand([...args, "deep"], { cwd: place.path });
  equal(code, 0, stderr);
  const most = Deno.readTextFileSync("/proc/sys/kernel/perf_event_max_stack").trim();
  const advice = new RegExp(
    `\\d+ % of the stacks are cut off: they are deeper than ${most} frames, ` +
      "--max-stack 1024 keeps more, as root, and so does sudo sysctl kernel\\.perf_event_max_stack=1024",
  );
  match(stderr, advice);
  match(Deno.readTextFileSync(`${place.path}/perf.html`), advice);
  equal((await runCommand(args, { cwd: place.path })).stderr.includes("cut off"), false);
});

testNeeding(obstacle, "profile() --quiet prints nothing on standard error", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", HOT);
  const { code, stderr } = await runCommand(["profile", "-q", "-F", "999", script, "deep"], {
    cwd: place.path,
  });
  deepEqual([code, stderr], [0, ""]);
});
