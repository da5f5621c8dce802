/*
 * Our preloaded module becomes a part of the program's module graph. Where it comes from the
 * network, Deno would write it into the lock file of the user's project, and would refuse to start
 * a program whose lock file is frozen. So such a program gets a copy of the lock file: the modules
 * in it are verified as before, and additions go to the copy.
 */
import * as fs from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { host, workingDirectory } from "../../runtime/runtime.ts";

/** The names of files at which Deno looks for the start of a project. */
const PROJECT_FILES = ["deno.json", "deno.jsonc", "package.json"] as const;

/** Directories of the copies that this command has made. */
const copies: string[] = [];

/** A program that is to be started with our module preloaded. */
export interface PreloadedProgram {
  /** The user's flags for the runtime. */
  flags: readonly string[];
  /** Path or URL of its script. */
  script: string;
  /** The URL of our module; `undefined` where none is preloaded. */
  preload: string | undefined;
}

/**
 * Returns the flags for a runtime that must leave the user's lock file unchanged. Makes the copy,
 * which {@linkcode removeLockCopies} removes.
 */
export function flagsWithLockCopy({ flags, script, preload }: PreloadedProgram): string[] {
  if (host.name !== "deno" || preload === undefined || preload.startsWith("file:")) {
    return [...flags];
  }
  const lock = lockFile(flags, script);
  if (lock === undefined) return [...flags];
  const directory = fs.mkdtempSync("/tmp/xperf-lock-");
  copies.push(directory);
  const copy = `${directory}/deno.lock`;
  if (fs.existsSync(lock)) fs.copyFileSync(lock, copy);
  return [...flags.filter((flag) => !LOCK_FLAG.test(flag)), `--lock=${copy}`, "--frozen=false"];
}

/** Removes the copies, once the programs that use them have ended. */
export function removeLockCopies(): void {
  for (const directory of copies.splice(0)) fs.rmSync(directory, { recursive: true, force: true });
}

const LOCK_FLAG = /^--(lock|frozen)(=|$)/;

/**
 * Finds the lock file that Deno uses for a script.
 *
 * @param flags The user's flags for the runtime.
 * @param script Path or URL of the script.
 * @returns Its path, also where Deno has yet to make it; `undefined` where Deno uses none.
 */
export function lockFile(flags: readonly string[], script: string): string | undefined {
  const valueOf = (flag: RegExp) => flags.findLast((text) => flag.test(text))?.replace(flag, "");
  if (flags.includes("--no-lock")) return undefined;
  const byFlag = valueOf(/^--lock(=|$)/);
  if (byFlag !== undefined) return resolve(workingDirectory(), byFlag || "deno.lock");
  const configuration = valueOf(/^(--config|-c)=/);
  if (configuration !== undefined) {
    return lockOfConfiguration(resolve(workingDirectory(), configuration));
  }
  const projects = flags.includes("--no-config") ? [] : projectsAbove(directoryOf(script));
  if (projects.length === 0) return undefined;
  const locks = projects.map(lockOfConfiguration);
  if (locks[0] === undefined) return undefined;
  // A member of a workspace has the lock file of the workspace, further up.
  return locks.find((path) => path !== undefined && fs.existsSync(path)) ?? locks[0];
}

function directoryOf(script: string): string {
  if (script.startsWith("file:")) return dirname(fileURLToPath(script));
  const isUrl = script === "-" || /^[a-z]+:/.test(script);
  return isUrl ? workingDirectory() : dirname(resolve(workingDirectory(), script));
}

/** The project files above a directory, the nearest first, one for each directory. */
function projectsAbove(directory: string): string[] {
  const name = PROJECT_FILES.find((name) => fs.existsSync(`${directory}/${name}`));
  const here = name === undefined ? [] : [`${directory}/${name}`];
  const parent = dirname(directory);
  return parent === directory ? here : [...here, ...projectsAbove(parent)];
}

/** A setting in a configuration file: `"lock": false`, a path, or an object that has one. */
const LOCK_SETTING =
  /"lock"\s*:\s*(?:(false)|"([^"]+)"|\{[^{}]*"path"\s*:\s*"([^"]+)"[^{}]*\}|(true)|\{)/;

function lockOfConfiguration(path: string): string | undefined {
  const directory = dirname(path);
  const text = path.endsWith("package.json") ? "" : fs.readFileSync(path, "utf8");
  const [, isOff, name, inObject] = LOCK_SETTING.exec(text) ?? [];
  return isOff ? undefined : resolve(directory, name ?? inObject ?? "deno.lock");
}
