/*
 * Reports of real programs, each read by a reader of its own field: they must agree with each other,
 * and with the shares that all reports count by.
 */
import { equal, ok } from "node:assert/strict";
import { pathToFileURL } from "node:url";

import { foldFrames } from "../../lib/report/figures/fold_frames.ts";
import { sharesOf } from "../../lib/report/figures/shares.ts";
import { runCommand, Workplace } from "../support/command_process.ts";
import { testNeeding } from "../support/needing.ts";
import { obstacleOfPerf } from "../support/perf.ts";
import { readRecorded } from "../support/recorded.ts";
import {
  obstacleOfFirefox,
  obstacleOfGo,
  readWithDevTools,
  readWithFirefox,
  readWithGo,
  readWithMarked,
  readWithPprofFormat,
  sumOf,
  tableOf,
} from "../support/report_readers.ts";

/** Line 9 is hot, among ten. */
const PLANTED = `const table = new Int32Array(64);
export function planted(round: number): number {
  let sum = round;
  table[sum & 63] = sum;
  sum += table[(sum * 7) & 63]!;
  table[(sum + 1) & 63] ^= sum;
  sum = (sum << 1) ^ (sum >>> 3);
  table[(sum + 2) & 63] = round;
  for (let i = 0; i < 400; i++) sum = Math.imul(sum ^ i, 0x9e3779b1) ^ (sum >>> 15) % 97;
  table[(sum + 3) & 63] += sum;
  sum -= table[(sum * 3) & 63]!;
  table[sum & 63] = round;
  return sum + table[round & 63]!;
}
export function hot(): void {
  const end = performance.now() + 1200;
  for (let i = 0; performance.now() < end; i++) for (let k = 0; k < 50; k++) planted(i);
}
`;

const HOT_LINE = 9;
const TEXT = PLANTED.split("\n")[HOT_LINE - 1]!.trim();

/** The main thread and two Workers, each with its planted line. */
const WITH_WORKERS = `
import { hot } from "./planted.ts";
const ends = [1, 2].map(() =>
  new Promise((resolve) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = () => resolve(worker.terminate());
  })
);
hot();
await Promise.all(ends);
`;

const FORMATS = "markdown,cpuprofile,firefox,pprof,folded,speedscope";

/** Figures of a reader on the program. */
interface Said {
  /** All time, in milliseconds. */
  total: number;
  /** Time in the planted function with what it calls. */
  hot: number;
  /** Time of the planted line, which calls no function; undefined where the format has no lines. */
  line?: number;
}

const only = <Value>(values: readonly Value[]): Value => {
  equal(values.length, 1);
  return values[0]!;
};

/** Milliseconds that a report in Markdown says. */
const milliseconds = (text: string | undefined) => Number(/^([\d.]+) ms$/.exec(text!)![1]);

/** Records a program, and has all readers read it. */
async function readAll(place: Workplace, script: string): Promise<Map<string, Said>> {
  const { path } = place;
  const { code, stderr } = await runCommand(
    ["profile", "-F", "999", "--format", FORMATS, script],
    { cwd: path },
  );
  equal(code, 0, stderr);
  const planted = `${path}/planted.ts`;
  const said = new Map<string, Said>();

  const recording = foldFrames(await readRecorded(`${path}/perf.data`));
  const shares = sharesOf(recording);
  const fn = only(shares.functions.filter(({ name }) => name === "planted"));
  const line = only(shares.lines.filter((one) => one.file === planted && one.line === HOT_LINE));
  said.set("shares.ts", { total: shares.total / 1e6, hot: fn.total / 1e6, line: line.self / 1e6 });
  ok(line.self > 0.5 * fn.self, `${line.self} of ${fn.self}`);

  const markdown = await readWithMarked(Deno.readTextFileSync(`${path}/perf.md`));
  const lines = tableOf(markdown.sections.get("Hot lines (self time)"));
  equal(lines[0]!["Location"], `${planted}:${HOT_LINE}`);
  equal(lines[0]!["Text"], TEXT);
  const functions = tableOf(markdown.sections.get("Hot functions (self time)"));
  said.set("marked", {
    total: milliseconds(tableOf(markdown.sections.get("Summary"))[0]!["CPU time"]),
    hot: milliseconds(functions.find(({ Function: name }) => name === "planted")!["Total"]),
    line: milliseconds(lines[0]!["Self"]),
  });

  const profiles = [...Deno.readDirSync(path)].map(({ name }) => name)
    .filter((name) => name.endsWith(".cpuprofile"));
  ok(profiles.includes("perf.cpuprofile"), profiles.join());
  const threads = await readWithDevTools(profiles.map((name) => `${path}/${name}`));
  ok(threads[profiles.indexOf("perf.cpuprofile")]!.inclusive["planted"]! > 0);
  const devTools = sumOf(threads);
  const tickPlace = `${pathToFileURL(planted).href}:${HOT_LINE}`;
  said.set("DevTools", {
    total: devTools.total,
    hot: devTools.inclusive["planted"]!,
    line: devTools.lines[tickPlace]!,
  });

  const pprof = await readWithPprofFormat(`${path}/perf.pb.gz`);
  const symbol = Object.keys(pprof.inclusive).find((name) => name.startsWith("js::planted:"))!;
  said.set("pprof-format", {
    total: pprof.total,
    hot: pprof.inclusive[symbol]!,
    line: pprof.lines[`${planted}:${HOT_LINE}`],
  });

  const folded = Deno.readTextFileSync(`${path}/perf.folded`).trimEnd().split("\n")
    .map((row) => ({ row, weight: Number(row.slice(row.lastIndexOf(" ") + 1)) / 1e6 }));
  const sum = (rows: typeof folded) => rows.reduce((all, { weight }) => all + weight, 0);
  said.set("folded", {
    total: sum(folded),
    hot: sum(folded.filter(({ row }) => row.includes(";js::planted:"))),
  });
  return said;
}

function requireAgreement(said: ReadonlyMap<string, Said>): void {
  const expected = said.get("shares.ts")!;
  const text = JSON.stringify([...said]);
  for (const [reader, { total, hot, line }] of said) {
    ok(Math.abs(total / expected.total - 1) <= 0.01, `${reader}'s total: ${text}`);
    const difference = hot / total - expected.hot / expected.total;
    ok(Math.abs(difference) <= 0.01, `${reader}'s share: ${text}`);
    if (line === undefined) continue;
    const ofLine = line / total - expected.line! / expected.total;
    ok(Math.abs(ofLine) <= 0.01, `${reader}'s line: ${text}`);
  }
}

function placePlanted(): Workplace {
  const place = new Workplace();
  place.write("planted.ts", PLANTED);
  return place;
}

const obstacle = obstacleOfPerf();

testNeeding(obstacle, "reports of one hot line agree, and name the line", async () => {
  await using place = placePlanted();
  const script = place.write("main.ts", 'import { hot } from "./planted.ts";\nhot();\n');
  const said = await readAll(place, script);
  requireAgreement(said);
  equal(said.size, 5);
});

testNeeding(obstacle, "reports of Workers agree, and tell the threads apart", async () => {
  await using place = placePlanted();
  const worker = 'import { hot } from "./planted.ts";\nhot();\npostMessage("done");\n';
  place.write("worker.ts", worker);
  const said = await readAll(place, place.write("main.ts", WITH_WORKERS));
  requireAgreement(said);
  const profiles = [...Deno.readDirSync(place.path)].map(({ name }) => name)
    .filter((name) => name.endsWith(".cpuprofile"));
  const texts = profiles.map((name) => Deno.readTextFileSync(`${place.path}/${name}`));
  equal(
    texts.filter((text) => text.includes('"functionName":"planted"')).length,
    3,
    profiles.join(),
  );
});

testNeeding(
  obstacle ?? obstacleOfFirefox(),
  "Firefox Profiler reads reports: threads, functions, lines and their text",
  async () => {
    await using place = placePlanted();
    const worker = 'import { hot } from "./planted.ts";\nhot();\npostMessage("done");\n';
    place.write("worker.ts", worker);
    const said = await readAll(place, place.write("main.ts", WITH_WORKERS));
    const { threads, texts } = await readWithFirefox(`${place.path}/perf.firefox.json`, "planted");
    const sum = sumOf(threads);
    const where = `${place.path}/planted.ts:${HOT_LINE}`;
    said.set("Firefox Profiler", {
      total: sum.total,
      hot: sum.inclusive["planted"]!,
      line: sum.lines[where]!,
    });
    requireAgreement(said);
    equal(texts[where]!.trim(), TEXT);
    equal(threads.filter(({ inclusive }) => (inclusive["planted"] ?? 0) > 0).length, 3);
  },
);

testNeeding(
  obstacle ?? obstacleOfGo(),
  "go tool pprof -list shows the planted line with its text",
  async () => {
    await using place = placePlanted();
    const script = place.write("main.ts", 'import { hot } from "./planted.ts";\nhot();\n');
    const said = await readAll(place, script);
    const { total, lines } = await readWithGo(`${place.path}/perf.pb.gz`, "js::planted:");
    const { flat, cum, text } = lines.get(`${place.path}/planted.ts:${HOT_LINE}`)!;
    const hot = [...lines].reduce((sum, [, { cum }]) => sum + cum, 0);
    said.set("go tool pprof", { total, hot, line: cum });
    requireAgreement(said);
    ok(flat <= cum);
    equal(text.trim(), TEXT);
  },
);
