/*
 * Time until the report's page of a made-up recording is drawn in Chromium, and of each action.
 *
 *     deno run -A scripts/compare/bench_page.ts
 *
 * Needs chromium (`apt-get install chromium`).
 */
import { type Frame, functionFrame } from "../../lib/recording/frame.ts";
import { SampleTableBuilder } from "../../lib/recording/sample_table.ts";
import { StackTable } from "../../lib/recording/stack_table.ts";
import { formatHtml } from "../../lib/report/page/html.ts";
import { recordingOf } from "../../tests/support/recordings.ts";

/**
 * Drives Chromium. The specifier is a string, otherwise each type check would fetch the package.
 */
const PUPPETEER: string = "npm:puppeteer-core@24.22.0";

const SIZES = [{ stacks: 5000, samples: 100_000 }, { stacks: 100_000, samples: 2_000_000 }];
const FUNCTIONS = 4000;
const FILES = 100;
const THREADS = 8;
const DEPTH = 60;
const PERIOD = 1_001_001;

/** A random number below a limit, the same in each run. */
function randomNumbers(): (limit: number) => number {
  let state = 12345;
  return (limit) => {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
}

/** Frames of functions, each at five lines; a third of them has no source. */
function makeFrames(): Frame[] {
  return Array.from({ length: FUNCTIONS }, (_, fn) => {
    if (fn % 3 === 0) {
      return [{ name: `native${fn}`, kind: "native", module: "/lib/x.so" } as const];
    }
    const line = 1 + 10 * Math.floor(fn / FILES);
    const label = { name: `fn${fn}`, file: `/src/file${fn % FILES}.ts`, line };
    return Array.from(
      { length: 5 },
      (_, i) => functionFrame(label, { position: { line: line + i, column: 1 }, tier: "turbofan" }),
    );
  }).flat();
}

function makeRecording({ stacks, samples }: typeof SIZES[number]) {
  const random = randomNumbers();
  const frames = makeFrames();
  const table = new StackTable();
  const builder = new SampleTableBuilder(samples);
  const path: Frame[] = [];
  const seen = Array.from({ length: stacks }, (_, i) => {
    // Stacks next to each other have their outer frames in common.
    path.length = Math.max(0, path.length - random(14));
    for (let more = 1 + random(14); more > 0 && path.length < DEPTH; more--) {
      path.push(frames[random(frames.length)]!);
    }
    return table.add(`thread${i % THREADS}`, path, { weight: 0, samples: 0 });
  });
  for (let i = 0; i < samples; i++) {
    const at = i < stacks ? i : Math.min(random(stacks), random(stacks));
    const stack = table.stacks()[seen[at]!]!;
    stack.samples++;
    stack.weight += PERIOD;
    builder.add({ time: i * 250_000, thread: at % THREADS, stack: seen[at]!, weight: PERIOD });
  }
  const lines = Array.from({ length: 500 }, (_, i) => `  const value${i} = compute(${i});`);
  const sources = new Map(
    Array.from({ length: FILES }, (_, i) => [`/src/file${i}.ts`, lines.join("\n")]),
  );
  const threads = Array.from({ length: THREADS }, (_, i) => ({
    pid: 1,
    tid: 1 + i,
    name: `thread${i}`,
  }));
  return recordingOf([], { threads, sources, samples: builder.end(), stacks: table.stacks() });
}

/** Presses on the page, by name. */
const ACTIONS: Readonly<Record<string, string>> = {
  "in time": "[data-name=time]",
  inverted: "[data-name=inverted]",
  "left-heavy": "[data-name=left]",
  "hide native": "[data-kind=native]",
  tiers: "#tiers",
  lines: "[data-name=lines]",
  source: "#pane .link",
  calls: "[data-name=calls]",
};

// deno-lint-ignore no-explicit-any
type Page = any;

/**
 * Milliseconds until the page is drawn and until each action is, each with the longest time that the
 * page takes no input.
 */
async function measurePage(page: Page, path: string): Promise<Record<string, string>> {
  await page.setViewport({ width: 1280, height: 800 });
  await page.evaluateOnNewDocument(`
    window.longest = 0;
    window.observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    });
    observer.observe({ type: "longtask", buffered: true });
    // Tasks are told a moment after their end.
    window.settled = () => new Promise((resolve) => setTimeout(resolve, 200));`);
  const start = performance.now();
  await page.goto(`file://${path}`);
  await page.waitForFunction("document.documentElement.dataset.ready", { polling: 10 });
  const said = (time: number, longest: number) =>
    `${Math.round(time)} ms, longest block ${Math.round(longest)}`;
  const drawn = performance.now() - start;
  const times: Record<string, string> = {
    drawn: said(drawn, await page.evaluate("settled().then(() => longest)")),
  };
  for (const [name, selector] of Object.entries(ACTIONS)) {
    const [time, longest] = await page.evaluate(`(async () => {
      longest = 0;
      const start = performance.now();
      document.querySelector(${JSON.stringify(selector)}).click();
      do {
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      } while (document.body.hasAttribute("aria-busy"));
      const time = performance.now() - start;
      await settled();
      return [time, longest];
    })()`);
    times[name] = said(time, longest);
  }
  return times;
}

async function main(): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "xperf-page-" });
  const { default: puppeteer } = await import(PUPPETEER);
  const browser = await puppeteer.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  try {
    const rows: Record<string, Record<string, string>> = {};
    for (const size of SIZES) {
      const path = `${directory}/${size.stacks}.html`;
      const start = performance.now();
      using file = Deno.openSync(path, { write: true, create: true });
      const recording = makeRecording(size);
      const made = performance.now();
      for (const piece of formatHtml(recording, { title: "bench", facts: [] })) {
        const bytes = new TextEncoder().encode(piece);
        for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      }
      console.log(`recording made in ${Math.round(made - start)} ms`);
      rows[`${size.stacks} stacks, ${size.samples} samples`] = {
        file: `${Math.round(Deno.statSync(path).size / 1e6)} MB`,
        written: `${Math.round(performance.now() - made)} ms`,
        ...await measurePage(await browser.newPage(), path),
      };
    }
    for (const [name, row] of Object.entries(rows)) console.log(name, row);
  } finally {
    await browser.close();
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main) await main();
