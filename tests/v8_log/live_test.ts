/*
 * The log of the Deno that runs the tests: of TypeScript with JSX and decorators, evaluated code,
 * Workers.
 */
import { ok } from "node:assert/strict";
import { tmpdir } from "node:os";

import { denoEmitPath, parseDenoEmit } from "../../lib/v8_log/deno_emit.ts";
import { V8Log } from "../../lib/v8_log/v8_log.ts";
import { frameText } from "../support/v8_logs.ts";

const FLAGS = ["--log-code", "--log-source-position", "--interpreted-frames-native-stack"];

const PROGRAM = `\
/** @jsx make */
interface Removed { a: number }
function make(tag: unknown, props: Record<string, () => number>) {
  return { tag, props };
}

export function App() {
  return <div onClick={() => 1}></div>;
}

function logged(method: () => number, _context: unknown) {
  return function replacement(this: unknown) { return method.call(this); };
}

class Service {
  @logged
  run() { return 1; }
}

App().props.onClick();
new Service().run();
new Function("return 1")();
(0, eval)("(function evaluated() { return 1; })()");
const worker = new Worker(
  URL.createObjectURL(new Blob(["function inWorker() { return 1; } inWorker(); postMessage(1);"], { type: "text/javascript" })),
  { type: "module" },
);
await new Promise((resolve) => worker.onmessage = resolve);
worker.terminate();
`;

Deno.test("V8Log names all functions of a program that this Deno runs", async () => {
  const directory = await Deno.makeTempDir({ dir: tmpdir() });
  try {
    const program = `${directory}/program.tsx`;
    await Deno.writeTextFile(program, PROGRAM);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `--v8-flags=${[...FLAGS, `--logfile=${directory}/%p.log`]}`, program],
      env: { DENO_DIR: `${directory}/cache`, NO_COLOR: "1" },
    }).output();
    ok(success, new TextDecoder().decode(stderr));
    const emitted = (url: string) => {
      const path = denoEmitPath(url);
      if (path === undefined) return undefined;
      try {
        return parseDenoEmit(Deno.readFileSync(`${directory}/cache/${path}`));
      } catch {
        return undefined;
      }
    };
    const names = new Set<string>();
    for await (const { name } of Deno.readDir(directory)) {
      if (!name.endsWith(".log")) continue;
      using file = Deno.openSync(`${directory}/${name}`);
      const read = (offset: number, length: number) => {
        const bytes = new Uint8Array(length);
        file.seekSync(offset, Deno.SeekMode.Start);
        return bytes.subarray(0, file.readSync(bytes) ?? 0);
      };
      const log = await V8Log.read({ path: name, size: () => file.statSync().size, read }, {
        emitted,
      });
      ok(log.problem === undefined, log.problem);
      ok(log.pid > 0);
      for (const { frame } of log.liveCode()) {
        names.add(frameText(frame).replace(`${directory}/`, "").replace(/ interpreted$/, ""));
      }
    }
    for (
      const wanted of [
        "<module> program.tsx",
        "make program.tsx:3",
        "App program.tsx:7",
        "App.onClick program.tsx:8",
        "logged program.tsx:11",
        "logged.replacement program.tsx:12",
        "Service.run program.tsx:17",
        "anonymous <eval>:1",
        "evaluated <eval>:1",
      ]
    ) {
      ok(
        [...names].some((name) => name === wanted || name.endsWith(`.${wanted}`)),
        `${wanted}\n${[...names].filter((name) => /program|eval/.test(name)).join("\n")}`,
      );
    }
    ok([...names].some((name) => /^inWorker blob:null\/.*:1$/.test(name)));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
