import { fileURLToPath } from "node:url";

import { FLAGS, librariesModule, prebuiltLibrary, SOURCES } from "../../scripts/build/ffi.ts";
import { currentPlatform } from "../../lib/runtime/runtime.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A copy of this package whose system calls can be made to fail. Disposing of it removes it. */
export class FaultyPackage implements AsyncDisposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Compiles the C library with its injection hooks, and the preloaded library. Needs `gcc`. */
  static async build(): Promise<FaultyPackage> {
    const directory = await Deno.makeTempDir({ prefix: "xperf-faulty-" });
    const built = new FaultyPackage(directory);
    try {
      const { arch } = currentPlatform();
      const library = `${directory}/libxperf.so`;
      await Deno.mkdir(`${directory}/package/ffi`, { recursive: true });
      await run("cp", ["-r", "lib", "mod.ts", "deno.json", `${directory}/package`]);
      await run("cp", ["ffi/symbols.ts", `${directory}/package/ffi`]);
      const flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O2", "-fPIC", "-shared"];
      await run("gcc", [...flags, "-o", built.hooks, "tests/ffi/fault.c", "-ldl"]);
      // As the real one, down to its flags: a signal handler must find all functions bound.
      const sources = [`entry_${arch}.S`, ...SOURCES];
      await run("gcc", [...FLAGS, "-DXP_FAULTS", "-o", library, ...sources], `${root}/ffi`);
      const tools = { target: "", gcc: "", ld: "" };
      const libraries = { [arch]: prebuiltLibrary(await Deno.readFile(library), tools) };
      await Deno.writeTextFile(
        `${directory}/package/ffi/libraries.ts`,
        librariesModule(libraries),
      );
      return built;
    } catch (error) {
      await built[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The configuration file that makes the copy `@x/perf`. */
  get configuration(): string {
    return `${this.#directory}/package/deno.json`;
  }

  /** The module that instruments a program, and samples it if the environment asks. */
  get preload(): string {
    return `${this.#directory}/package/lib/preload.ts`;
  }

  /** The library to preload; tests/ffi/fault.c says which variables it obeys. */
  get hooks(): string {
    return `${this.#directory}/fault.so`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#directory, { recursive: true });
  }
}

async function run(command: string, args: string[], cwd = root): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, cwd, stdin: "null" })
    .output();
  if (!success) throw new Error(`${command} fails: ${new TextDecoder().decode(stderr)}`);
}
