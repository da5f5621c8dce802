/*
 * Records the logs of program.ts, and keeps only the lines that the program itself needs:
 *
 *     deno run -A tests/v8_log/record_logs.ts deno-2.9=deno node-24=/usr/bin/node …
 *
 * The program is copied to /tmp/app, so that no path of the machine is in the logs. Node has to
 * strip types itself (22.18 or later). Name a newer Node before an older one, which then runs its
 * JavaScript.
 */
import { denoEmitPath } from "../../lib/v8_log/deno_emit.ts";

const FLAGS = ["--log-code", "--log-source-position", "--interpreted-frames-native-stack"];
const APP = "/tmp/app";
const LOGS = new URL("logs/", import.meta.url);

/** Code of the program, of the texts that it evaluates, and of its Worker. */
const OURS =
  /\/tmp\/app\/| :\d+:\d+,0x|blob:null|\[worker eval\]:|^code-creation,(?:RegExp,.*\(a\+\)|JS,.*,wasm-)/;

/**
 * A few builtins and handlers: the parser learns the number of the interpreter's tier from them.
 */
const BUILTINS =
  /^code-creation,(?:Builtin,.*,(?:CompileLazy|RegExpPrototypeTest|StringPrototypeRepeat)|BytecodeHandler,.*,Add)$/;

/** Keeps the lines that the program's code needs. */
function cut(log: string): string {
  const lines = log.split("\n");
  const addresses = new Set<string>();
  const scripts = new Set<string>();
  for (const [i, line] of lines.entries()) {
    if (!line.startsWith("code-creation,") || !OURS.test(line)) continue;
    addresses.add(line.split(",")[4]!);
    const info = lines.slice(i + 1, i + 3).find((next) => next.startsWith("code-source-info,"));
    if (info?.split(",")[1] === line.split(",")[4]) scripts.add(info!.split(",")[2]!);
  }
  return lines.filter((line) => {
    const [event, first] = line.split(",");
    if (event === "script-source") return scripts.has(first!);
    if (event === "code-source-info") return addresses.has(first!);
    if (event === "code-creation") return OURS.test(line) || BUILTINS.test(line);
    return /^(?:v8-|new,MemoryChunk,0x7|delete|.*-move)/.test(line);
  }).join("\n") + "\n";
}

await Deno.mkdir(APP, { recursive: true });
await Deno.mkdir(LOGS, { recursive: true });
await Deno.copyFile(new URL("program.ts", import.meta.url), `${APP}/program.ts`);
for (const argument of Deno.args) {
  const [name, executable] = argument.split("=") as [string, string];
  const isDeno = name.startsWith("deno");
  const directory = await Deno.makeTempDir();
  const flags = [...FLAGS, `--logfile=${directory}/%p.log`];
  if (!isDeno && !await exists(`${APP}/program.mjs`)) await strip(executable);
  const { success } = await new Deno.Command(executable, {
    args: isDeno
      ? ["run", "-A", `--v8-flags=${flags}`, `${APP}/program.ts`]
      : [...flags, `${APP}/program.mjs`],
    env: { DENO_DIR: `${directory}/cache` },
  }).output();
  if (!success) throw new Error(`${executable} failed`);
  for await (const { name: file } of Deno.readDir(directory)) {
    if (!file.endsWith(".log")) continue;
    const text = cut(await Deno.readTextFile(`${directory}/${file}`));
    const isWorker = !/^script-source,\d+,file:\/\/\/tmp\/app\/program/m.test(text);
    await Deno.writeTextFile(new URL(`${name}${isWorker ? "-worker" : ""}.log`, LOGS), text);
  }
  if (isDeno) {
    const emit = `${directory}/cache/${denoEmitPath(`file://${APP}/program.ts`)}`;
    await Deno.copyFile(emit, new URL(`${name}.emit`, LOGS));
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Puts spaces in the place of types, so that lines and columns stay. */
async function strip(node: string): Promise<void> {
  const script = `import { stripTypeScriptTypes } from "node:module"; import fs from "node:fs";
    fs.writeFileSync("${APP}/program.mjs", stripTypeScriptTypes(fs.readFileSync("${APP}/program.ts", "utf8")));`;
  await new Deno.Command(node, { args: ["--input-type=module", "-e", script] }).output();
}
