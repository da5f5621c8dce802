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

/** Uses the page as a person would. */
async function readWithChromium(page: Page, directory: string): Promise<Reading> {
  const requests: string[] = [];
  page.on("request", (request: { url(): string }) => requests.push(request.url()));
  await page.goto(`file://${directory}/perf.html`);
  const boxOf = (name: string) =>
    page.evaluate(`(() => {
      const boxes = [...document.querySelectorAll("#graph g.frame")]
        .filter((box) => box.getAttribute("name").startsWith(${JSON.stringify(name)}))
        .map((box) => box.querySelector("rect").getBoundingClientRect());
      const { x, y, width } = boxes.sort((a, b) => b.width - a.width)[0];
      return { x, y, width };
    })()`);
  const wait = () => new Promise((resolve) => setTimeout(resolve, 1500));
  await wait();
  await page.screenshot({ path: `${directory}/page.png` });
  const [foo, bar, baz] = [await boxOf("foo "), await boxOf("bar "), await boxOf("baz ")];
  check("foo stands above bar, and bar above baz", foo.y < bar.y && bar.y < baz.y);
  await page.mouse.click(bar.x + bar.width / 2, bar.y + 5);
  await wait();
  const all = await boxOf("all");
  check("a click zooms", (await boxOf("bar ")).width > 0.99 * all.width && bar.width < all.width);
  await page.screenshot({ path: `${directory}/zoomed.png` });
  await page.keyboard.press("Escape");
  await page.type("#search", "/^foo /");
  await wait();
  const found: string = await page.$eval("#found", (e: { textContent: string }) => e.textContent);
  await page.screenshot({ path: `${directory}/found.png` });
  check("a search counts", /^\d+ frames, [\d\u2009]+ samples, [\d.]+ %$/.test(found));
  check("no request leaves the page", requests.length === 1, requests.join());
  return { reader: "Chromium, search", share: Number(/([\d.]+) %/.exec(found)![1]) };
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
    await run("npm", ["install", "--no-save", "--prefix", directory, SPEEDSCOPE], directory);
    const { default: puppeteer } = await import(PUPPETEER);
    const browser = await puppeteer.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--allow-file-access-from-files"],
    });
    const readings: Reading[] = [await readWithPprof(directory)];
    try {
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
