/**
 * Checks reports of the demo with their readers: Chromium, `go tool pprof`, and speedscope, which
 * reads folded stacks too.
 *
 *     deno task check:reports             all that is installed
 *     deno task check:reports DIRECTORY   keeps reports and screenshots there
 *
 * They must agree on foo's time and on its share of all, and so on the total, within 1 %. Needs
 * perf, npm, chromium and go (`apt-get install chromium golang-go`).
 */
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../lib/command/cli.ts", import.meta.url));

/**
 * Drives Chromium. The specifier is a string, otherwise each type check would fetch the package.
 */
const PUPPETEER: string = "npm:puppeteer-core@24.22.0";

/** An application, not a module, so npm installs it into a directory of its own. */
const SPEEDSCOPE = "speedscope@1.25.0";

/** The values that a reader shows. */
interface Reading {
  reader: string;
  /** Milliseconds in foo and its callees, where the reader shows them. */
  time?: number;
  /** Percent in foo and its callees. */
  share: number;
}

async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`Cannot run ${command} ${args[0]}: ${text(stderr)}`);
  return text(stdout);
}

async function readWithPprof(directory: string): Promise<Reading> {
  const args = ["tool", "pprof", "-top", "-cum", "-unit=ms", "perf.pb.gz"];
  const text = await run("go", args, directory);
  return {
    reader: "go tool pprof",
    time: Number(/([\d.]+)ms\s+[\d.]+%\s+js::foo:/.exec(text)![1]),
    share: Number(/ ([\d.]+)%\s+js::foo:/.exec(text)![1]),
  };
}

// deno-lint-ignore no-explicit-any
type Page = any;

/** Reads the table of speedscope's Sandwich view, which its own importer has filled. */
async function readWithSpeedscope(page: Page, directory: string, file: string): Promise<Reading> {
  const content = await Deno.readFile(`${directory}/${file}`);
  const base64 = btoa(content.reduce((text, byte) => text + String.fromCharCode(byte), ""));
  const load = `speedscope.loadFileFromBase64(${JSON.stringify(file)}, ${JSON.stringify(base64)})`;
  await Deno.writeTextFile(`${directory}/load.js`, load);
  const application = `${directory}/node_modules/speedscope/dist/release/index.html`;
  await page.goto("about:blank");
  await page.goto(`file://${application}#localProfilePath=${directory}/load.js`);
  await page.waitForFunction(`document.body.innerText.includes("Sandwich")`);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await page.keyboard.press("3");
  await page.waitForFunction(`document.body.innerText.includes("Symbol Name")`);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const rows: string[] = await page.evaluate(
    `[...document.querySelectorAll("tr")].map((row) => row.innerText.replace(/\\s+/g, " "))`,
  );
  const row = rows.find((text) => /%\) (?:foo|js::foo:)/.test(text));
  if (row === undefined) throw new Error(`Cannot find foo in speedscope's ${file}`);
  const [, weight, percent] = /^([\d.,]+\w*) \((\d+(?:\.\d+)?)%\)/.exec(row)!;
  const [, number, unit] = /^([\d.,]+)(\w*)$/.exec(weight!)!;
  // Folded stacks have no unit in speedscope; they are nanoseconds.
  const time = Number(number!.replaceAll(",", "")) * { ms: 1, s: 1000, "": 1e-6 }[unit!]!;
  return { reader: `speedscope, ${file}`, time, share: Number(percent) };
}

/** Sizes and themes that the page is shown in. */
const SCREENS = [
  { width: 1280, height: 800, scheme: "light" },
  { width: 1280, height: 800, scheme: "dark" },
  { width: 390, height: 844, scheme: "light" },
  { width: 390, height: 844, scheme: "dark" },
] as const;

/** A program with objects of many shapes, whose access is on the line with the comment. */
const PLANTED = `
const shapes = Array.from({ length: 64 }, (_, i) => ({ ["p" + i]: i, width: i }));
function widths() {
  let sum = 0;
  for (const one of shapes) {
    sum += one.width; // planted
  }
  return sum;
}
let total = 0;
function run() {
  for (let i = 0; i < 5000; i++) total += widths();
}
const end = performance.now() + 2000;
while (performance.now() < end) run();
`;

/** Reads why a planted line takes its time: two clicks from the page's first view. */
async function readWhy(page: Page, directory: string): Promise<void> {
  const textOf = (selector: string): Promise<string> =>
    page.$eval(selector, (element: { textContent: string }) => element.textContent);
  await page.goto(`file://${directory}/planted.html`);
  await page.waitForSelector("html[data-ready]");
  await page.click("#panes [data-name=why]");
  await page.click("#pane .causes .link");
  await new Promise((resolve) => setTimeout(resolve, 500));
  const line = await textOf("#pane tr.target .code");
  check(
    "two clicks lead to the planted line",
    line.trim() === "sum += one.width; // planted",
    line,
  );
  const why = await textOf("#pane tr.target + tr.why .cause");
  check(
    "the line says why it takes its time",
    /objects of many shapes.*\. V8 searches/.test(why),
    why,
  );
  await page.screenshot({ path: `${directory}/why.png` });
}

/** Uses the page as a person would, by pointer and by keyboard. */
async function readWithChromium(page: Page, directory: string): Promise<Reading> {
  const requests: string[] = [];
  const errors: string[] = [];
  page.on("request", (request: { url(): string }) => requests.push(request.url()));
  page.on("pageerror", (error: Error) => errors.push(error.message));
  const address = `file://${directory}/perf.html`;
  const wait = () => new Promise((resolve) => setTimeout(resolve, 500));
  const open = async (fragment = "") => {
    await page.goto("about:blank");
    await page.goto(`${address}#${fragment}`);
    await page.waitForSelector("html[data-ready]");
  };
  const textOf = (selector: string): Promise<string> =>
    page.$eval(selector, (element: { textContent: string }) => element.textContent);
  for (const { width, height, scheme } of SCREENS) {
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await open();
    await page.screenshot({ path: `${directory}/page-${width}-${scheme}.png` });
    const isWide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
    check(`at ${width} pixels nothing is cut off, ${scheme}`, !isWide);
    await page.click("#panes [data-name=lines]");
    const text = await textOf("#pane tbody .link");
    await page.click("#pane tbody .link");
    await wait();
    const line = await textOf("#pane tr.target .code");
    check("two clicks lead to the hottest line's text", text !== "" && line.trim() === text);
    const isSeen = await page.$eval("#pane tr.target", (row: Page) => {
      const { top, bottom } = row.getBoundingClientRect();
      return top >= 0 && bottom <= row.ownerDocument.defaultView.innerHeight;
    });
    check("the hottest line is in view", isSeen);
    await page.screenshot({ path: `${directory}/source-${width}-${scheme}.png` });
  }
  await page.setViewport({ width: 1280, height: 800 });
  await open();
  await page.focus("#graph canvas");
  const names: string[] = [];
  while (names.at(-1) !== "foo" && names.length < 50) {
    await page.keyboard.press("ArrowDown");
    names.push(await textOf("#details b"));
  }
  check("arrow keys go from baz to bar and foo", names.slice(-3).join() === "baz,bar,foo");
  const canvas = await page.$eval("#graph canvas", (element: Page) => {
    const { x, y } = element.getBoundingClientRect();
    return { x, y };
  });
  // A row is 20 pixels high; the root's row is above that of the first name.
  await page.mouse.click(canvas.x + 30, canvas.y + 20 * (names.length - 1) + 10);
  await wait();
  check("a click zooms", (await textOf("#details b")) === "bar" && !(await isDisabled("#reset")));
  check("a click shows the source", (await textOf("#pane .headline b")) === "bar");
  await page.screenshot({ path: `${directory}/zoomed.png` });
  const shared = new URL(page.url()).hash.slice(1);
  await open(shared);
  check("the address leads to the place", (await textOf("#details b")) === "bar");
  await page.keyboard.press("Escape");
  await wait();
  check("Escape zooms out", await isDisabled("#reset"));
  const { x, y } = await page.$eval("#timeline", (element: Page) => {
    const { x, y } = element.getBoundingClientRect();
    return { x, y };
  });
  await page.mouse.move(x + 300, y + 20);
  await page.mouse.down();
  await page.mouse.move(x + 600, y + 20, { steps: 3 });
  await page.mouse.up();
  await wait();
  const [, samples] = /(\d+) samples/.exec((await textOf("#chosen")).replaceAll("\u2009", "")) ??
    [];
  const [, all] = /(\d+) samples/.exec(await textOf("#facts"))!;
  check(
    "a dragged range restricts the samples",
    Number(samples) > 0 && Number(samples) < Number(all),
  );
  await page.focus("#timeline");
  await page.keyboard.press("Escape");
  await wait();
  check("Escape shows all samples again", (await textOf("#chosen")) === "");
  await page.click("#kinds [data-kind=kernel]");
  await wait();
  check("a hidden kind has no time", (await textOf("#kinds [data-kind=kernel] b")) === "hidden");
  await open();
  await page.type("#search", "/^foo /");
  await wait();
  const found = await textOf("#found");
  await page.screenshot({ path: `${directory}/found.png` });
  check("a search counts", /^[\d\u2009]+ box(?:es)?, [\d.]+ %$/.test(found), found);
  check("no request leaves the page", requests.every((url) => url.split("#")[0] === address));
  check("the page has no errors", errors.length === 0, errors.join());
  return { reader: "Chromium, search", share: Number(/([\d.]+) %/.exec(found)![1]) };

  function isDisabled(selector: string): Promise<boolean> {
    return page.$eval(selector, (element: { disabled: boolean }) => element.disabled);
  }
}

let failed = 0;

function check(what: string, holds: boolean, detail = ""): void {
  console.log(`${what} ... ${holds ? "ok" : `FAILED ${detail}`}`);
  if (!holds) failed++;
}

async function main([place]: readonly string[]): Promise<void> {
  const directory = place === undefined ? await Deno.makeTempDir() : await Deno.realPath(place);
  try {
    const args = ["run", "-A", cli, "profile", "--format", "html,folded,speedscope,pprof"];
    await run(Deno.execPath(), args, directory);
    await Deno.writeTextFile(`${directory}/planted.ts`, PLANTED);
    const recorded = ["-o", "planted.data", "--format", "html", "planted.ts"];
    await run(Deno.execPath(), ["run", "-A", cli, "profile", ...recorded], directory);
    await run("npm", ["install", "--no-save", "--prefix", directory, SPEEDSCOPE], directory);
    const { default: puppeteer } = await import(PUPPETEER);
    const browser = await puppeteer.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--allow-file-access-from-files"],
    });
    const readings: Reading[] = [await readWithPprof(directory)];
    try {
      const page = await browser.newPage();
      await page.setViewport({ width: 1280, height: 800 });
      await readWhy(page, directory);
      await page.close();
      for (const read of [readWithChromium, readWithSpeedscope] as const) {
        const files = read === readWithSpeedscope ? ["perf.speedscope.json", "perf.folded"] : [""];
        for (const file of files) {
          const page = await browser.newPage();
          await page.setViewport({ width: 1280, height: 800 });
          readings.push(await read(page, directory, file));
          await page.close();
        }
      }
    } finally {
      await browser.close();
    }
    console.table(readings);
    const shares = readings.map(({ share }) => share);
    check("all agree on foo's share", Math.max(...shares) - Math.min(...shares) <= 1);
    const times = readings.flatMap(({ time }) => time ?? []);
    check("all agree on foo's time", Math.max(...times) <= 1.01 * Math.min(...times));
  } finally {
    if (place === undefined) await Deno.remove(directory, { recursive: true });
  }
  Deno.exit(failed > 0 ? 1 : 0);
}

if (import.meta.main) await main(Deno.args);
