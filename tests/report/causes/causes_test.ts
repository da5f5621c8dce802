import { deepEqual, equal, match, ok } from "node:assert/strict";

import { causesOf } from "../../../lib/report/causes/causes.ts";
import { adviceOnDeopt, isFailure } from "../../../lib/report/causes/deopt_reasons.ts";
import {
  activityFrame,
  codeFrame,
  type ExecutionDetails,
  type Frame,
  functionFrame,
} from "../../../lib/recording/frame.ts";
import { FrameTable } from "../../../lib/recording/frame_table.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import { StackTable } from "../../../lib/recording/stack_table.ts";
import { recordingOf } from "../../support/recordings.ts";

const SOURCE = `function run() {
  widths(all); keyed(all);
}
function widths(all) {
  return all.one.width + all.length;
}
`;

/** A frame in /app/a.ts: `name line:column`. */
function at(text: string, details: ExecutionDetails = { tier: "turbofan" }): Frame {
  const [, name, line, column] = /^(\w+) (\d+):(\d+)$/.exec(text)!;
  const position = { line: Number(line), column: Number(column) };
  return functionFrame({ name: name!, file: "/app/a.ts", line: 1 }, { position, ...details });
}

/** A recording of stacks, outermost first, each with its samples. */
function recorded(
  stacks: readonly [frames: Frame[], samples: number][],
  facts: Partial<Recording> = {},
): Recording {
  const frames = new FrameTable();
  const table = new StackTable();
  for (const [list, samples] of stacks) {
    table.add("deno", list.map((frame) => frames.same(frame)), { samples, weight: 1000 * samples });
  }
  const sources = new Map([["/app/a.ts", SOURCE]]);
  return recordingOf([], { stacks: table.stacks(), sources, ...facts });
}

const LOAD = codeFrame("builtin", "LoadIC_Megamorphic");
const inlined = { tier: "turbofan", isInlined: true } as const;

async function shownBy(recording: Recording): Promise<string[]> {
  const { causes } = await causesOf(recording);
  return causes.map(({ kind, fn, line, weight, share }) =>
    `${kind} ${fn.name} ${line} ${weight} ${share.toFixed(2)}`
  );
}

Deno.test("causesOf() puts a megamorphic builtin at the access that calls it", async () => {
  const main = at("main 2:3");
  deepEqual(await shownBy(recorded([[[main, at("widths 5:18"), LOAD], 50], [[main], 50]])), [
    "megamorphic access widths 5 50000 0.50",
  ]);
});

Deno.test("causesOf() finds the caller of a builtin that makes no stack frame", async () => {
  // In the lost stacks, run() calls the builtin at a place where it calls widths() otherwise.
  const run = at("run 2:3");
  const lost: [Frame[], number] = [[run, LOAD], 60];
  deepEqual(
    await shownBy(recorded([lost, [[run, at("widths 5:18")], 20], [[run, at("widths 5:3")], 20]])),
    ["megamorphic access widths 5 60000 0.60"],
  );
  // Where the place has called two functions, neither is named.
  deepEqual(
    await shownBy(recorded([lost, [[run, at("widths 5:18")], 20], [[run, at("other 9:1")], 20]])),
    [],
  );
});

Deno.test("causesOf() names the other accesses where samples leave several open", async () => {
  const [run, piece] = [at("run 2:3"), at("outer 9:1")];
  const source = SOURCE + "\n".repeat(20) + "x.y\n";
  const recording = recorded([
    [[run, LOAD], 60],
    [[run, piece, at("widths 5:18", inlined)], 30],
    [[run, piece, at("deep 27:3", inlined)], 10],
  ], { sources: new Map([["/app/a.ts", source]]) });
  const { causes: [cause] } = await causesOf(recording);
  equal(cause?.line, 5);
  match(cause.fact, /, here or on line 27$/);
});

Deno.test("causesOf() leaves out what is small, and what has few samples", async () => {
  const [main, widths] = [at("main 2:3"), at("widths 5:18")];
  deepEqual(await shownBy(recorded([[[main, widths, LOAD], 11], [[main], 989]])), []);
  deepEqual(await shownBy(recorded([[[main, widths, LOAD], 9], [[main], 1]])), []);
});

Deno.test("causesOf() shows collections and evaluated code at their lines", async () => {
  const main = at("<module> 2:3".replace("<module>", "main"));
  const recording = recorded([
    [[main, activityFrame("garbage collection")], 30],
    [[at("work 3:3"), codeFrame("builtin", "GlobalEval"), activityFrame("compile")], 20],
    [[main], 50],
  ]);
  deepEqual(await shownBy(recording), [
    "garbage collection main 2 30000 0.30",
    "compilation work 3 20000 0.20",
  ]);
});

Deno.test("causesOf() analyses only expressions that take time", async () => {
  const expression = codeFrame("regexp", "RegExp: (a+)+$");
  let loaded = 0;
  const loadAnalysis = () => {
    loaded++;
    return Promise.resolve((pattern: string) => {
      equal(pattern, "(a+)+$");
      return { part: "a+", isExponential: true };
    });
  };
  const main = at("main 2:3");
  const slow = recorded([[[main, expression], 50], [[main], 50]]);
  const { causes: [cause] } = await causesOf(slow, { loadAnalysis });
  match(cause!.fact, /^the regular expression \/\(a\+\)\+\$\/ backtracks: a\+ .* doubles/);
  deepEqual([cause!.line, cause!.share, loaded], [2, 0.5, 1]);
  await causesOf(recorded([[[main, expression], 1], [[main], 99]]), { loadAnalysis });
  equal(loaded, 1);
});

Deno.test("causesOf() takes many deoptimisations of a hot function as a cause", async () => {
  const deopt = (count: number, reason = "wrong map") => ({
    ...{ name: "work", file: "/app/a.ts", line: 1, kind: "deopt-eager", reason, count },
    at: { name: "work", file: "/app/a.ts", line: 1 },
    position: { line: 5, column: 3 },
  });
  const stacks: [Frame[], number][] = [
    [[at("work 5:3")], 70],
    [[at("work 5:3", { tier: "maglev" })], 30],
  ];
  const withDeopts = (...deopts: ReturnType<typeof deopt>[]) =>
    recorded(stacks, {
      history: {
        compilations: [{ name: "work", file: "/app/a.ts", line: 1, maglev: 2, turbofan: 3 }],
        deopts,
      },
    });
  deepEqual(await shownBy(withDeopts(deopt(15), deopt(5, "Smi"))), [
    "deoptimisation work 5 30000 0.30",
  ]);
  deepEqual(await shownBy(withDeopts(deopt(19))), []);
  deepEqual(await shownBy(withDeopts(deopt(99, "prepare for on stack replacement (OSR)"))), []);
  const { functions: [work] } = await causesOf(withDeopts(deopt(19)));
  deepEqual([work!.maglev, work!.turbofan, work!.deopts], [2, 3, 19]);
  deepEqual([...work!.tiers], [["turbofan", 70000], ["maglev", 30000]]);
});

Deno.test("adviceOnDeopt() has a sentence for each reason", () => {
  match(adviceOnDeopt("wrong map"), /another shape/);
  match(adviceOnDeopt("not a Smi"), /another type/);
  match(adviceOnDeopt("out of bounds"), /index/);
  match(adviceOnDeopt("hole"), /holes/);
  match(adviceOnDeopt("overflow"), /31 bits/);
  match(adviceOnDeopt("Insufficient type feedback for call"), /had not run/);
  match(adviceOnDeopt("wrong call target"), /reassign/);
  ok(adviceOnDeopt("(unknown)").endsWith("."));
  ok(!isFailure("exit from OSR'd inner loop") && isFailure("wrong map"));
});
