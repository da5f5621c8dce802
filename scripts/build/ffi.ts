/**
 * Builds the native library for both architectures with Debian's compilers:
 *
 *     apt-get install gcc gcc-aarch64-linux-gnu
 *     deno task build:ffi            writes ffi/libraries.ts
 *     deno task build:ffi --check    fails where it differs from the sources
 *
 * A module holds the libraries, so that a registry, a cache and a lock file treat them as they
 * treat the rest of the package. The result depends on the versions of gcc and ld only, byte for
 * byte. The module records them, and `--check` names the ones it wants where another version made
 * another library.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

import { LIBRARIES, type PrebuiltLibrary } from "../../ffi/libraries.ts";

const ffi = new URL("../../ffi/", import.meta.url);

/** The library's C files, in `ffi/`; `entry_<arch>.S` is added. */
export const SOURCES: readonly string[] = [
  "emit.c",
  "emit_x86_64.c",
  "emit_aarch64.c",
  "arena.c",
  "stack.c",
  "context.c",
  "region.c",
  "memory.c",
  "append.c",
  "clock.c",
  "marker.c",
  "dump.c",
  "napi.c",
  "sample_ring.c",
  "sample_stack.c",
  "sample_threads.c",
  "sample_wall.c",
  "sample_file.c",
  "sampler.c",
];

/** The compiler's arguments, in `ffi/`, for every architecture. */
export const FLAGS: readonly string[] = [
  "-std=c11",
  "-O2",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-fPIC",
  "-fvisibility=hidden",
  "-fno-omit-frame-pointer",
  "-fno-optimize-sibling-calls",
  "-fno-ident",
  // The emitter of the other architecture is for tests.
  "-ffunction-sections",
  "-fdata-sections",
  "-Wl,--gc-sections",
  "-shared",
  "-nostartfiles",
  "-Wl,--build-id=none",
  "-Wl,--hash-style=gnu",
  "-Wl,--version-script=exports.map",
  "-Wl,-z,noseparate-code",
  "-Wl,-z,now",
  // A Worker that ends closes the library, but its code can still be on a stack or handle a signal.
  "-Wl,-z,nodelete",
  "-Wl,-s",
];

interface Target {
  arch: string;
  /** The names of the compiler's programs begin with this. */
  triple: string;
  flags: string[];
}

const TARGETS: Target[] = [
  { arch: "x86_64", triple: "x86_64-linux-gnu", flags: [] },
  {
    arch: "aarch64",
    triple: "aarch64-linux-gnu",
    // Kernels with pages of 64 KiB load it too; protecting the relocated data would then
    // pad the file to 64 KiB. Outlined atomics would need a start-up function.
    flags: ["-mno-outline-atomics", "-Wl,-z,max-page-size=65536", "-Wl,-z,norelro"],
  },
];

async function build({ arch, triple, flags }: Target, output: string): Promise<void> {
  const args = [...FLAGS, ...flags, "-o", output, ...SOURCES, `entry_${arch}.S`];
  const compiler = `${triple}-gcc`;
  const { success } = await new Deno.Command(compiler, { args, cwd: fileURLToPath(ffi) }).spawn()
    .status;
  if (!success) throw new Error(`Cannot build for ${arch}: ${compiler} failed`);
}

/** The programs that made a library. */
type Tools = Pick<PrebuiltLibrary, "target" | "gcc" | "ld">;

/** The compiler that a target's library is made with here. */
async function toolVersions({ triple }: Target): Promise<Tools> {
  const [target, gcc, ld] = await Promise.all([
    firstLine(`${triple}-gcc`, "-dumpmachine"),
    firstLine(`${triple}-gcc`, "-dumpfullversion"),
    firstLine(`${triple}-ld`, "--version"),
  ]);
  return { target, gcc, ld: ld.slice(ld.lastIndexOf(" ") + 1) };
}

async function firstLine(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args }).output();
  return new TextDecoder().decode(stdout).split("\n")[0]!;
}

/**
 * Compares libraries that were built with those that are committed.
 *
 * @returns A line for each library that differs: what to do, or which compiler to do it with.
 */
export function differences(
  built: Readonly<Record<string, PrebuiltLibrary>>,
  committed: Readonly<Record<string, PrebuiltLibrary>>,
): string[] {
  return Object.entries(built).flatMap(([arch, library]) => {
    const wanted = committed[arch];
    if (wanted?.sha256 === library.sha256 && wanted.base64 === library.base64) return [];
    const isSameCompiler = wanted !== undefined && describe(wanted) === describe(library);
    return wanted === undefined || isSameCompiler
      ? `the library for ${arch} in ffi/libraries.ts differs from the sources; run: deno task build:ffi`
      : `Cannot compare the library for ${arch}: the compiler is ${describe(library)}, ` +
        `must be ${describe(wanted)}`;
  });
}

function describe({ target, gcc, ld }: Tools): string {
  return `gcc ${gcc} with ld ${ld} for ${target}`;
}

/**
 * Describes a library as ffi/libraries.ts has it.
 *
 * @param bytes Its file.
 * @param tools The programs that made it.
 */
export function prebuiltLibrary(bytes: Uint8Array, tools: Tools): PrebuiltLibrary {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { sha256, ...tools, base64: Buffer.from(bytes).toString("base64") };
}

/** The text of ffi/libraries.ts. */
export function librariesModule(libraries: Readonly<Record<string, PrebuiltLibrary>>): string {
  return `// Made by \`deno task build:ffi\`. Do not edit.
// deno-fmt-ignore-file

/** A library, and the programs that made it. */
export interface PrebuiltLibrary {
  /** The SHA-256 of its file. */
  sha256: string;
  /** \`gcc -dumpmachine\`. */
  target: string;
  /** \`gcc -dumpfullversion\`. */
  gcc: string;
  /** The version of \`ld\`, which the linker prints. */
  ld: string;
  /** Its file. */
  base64: string;
}

/** The library for each architecture. */
export const LIBRARIES: Readonly<Record<string, PrebuiltLibrary>> = ${
    JSON.stringify(libraries, null, 2)
  };
`;
}

async function main(): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "xperf-build-" });
  const built: Record<string, PrebuiltLibrary> = {};
  try {
    for (const target of TARGETS) {
      // The linker writes this name into the library.
      const output = `${directory}/libxperf-${target.arch}.so`;
      await build(target, output);
      built[target.arch] = prebuiltLibrary(await Deno.readFile(output), await toolVersions(target));
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  if (Deno.args.includes("--check")) {
    const lines = differences(built, LIBRARIES);
    for (const line of lines) console.error(line);
    if (lines.length > 0) Deno.exit(1);
  } else {
    await Deno.writeTextFile(new URL("libraries.ts", ffi), librariesModule(built));
  }
  for (const [arch, library] of Object.entries(built)) {
    const size = Buffer.from(library.base64, "base64").length;
    console.log(`${library.sha256}  ${arch} (${size} bytes), ${describe(library)}`);
  }
}

if (import.meta.main) await main();
