/**
 * Builds the native library for both architectures with Debian's compilers:
 *
 *     apt-get install gcc gcc-aarch64-linux-gnu
 *     deno task build:ffi            writes ffi/prebuilt/ and its checksums
 *     deno task build:ffi --check    fails where they differ from the sources
 *
 * The result depends on the versions of gcc and ld only, byte for byte. checksums.json records
 * them, and `--check` names the ones it wants where another version made another file.
 */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

const ffi = new URL("../../ffi/", import.meta.url);
const prebuilt = new URL("prebuilt/", ffi);

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

/** An entry of checksums.json: one library, and the programs that made it. */
interface Checksum {
  sha256: string;
  /** `gcc -dumpmachine`. */
  target: string;
  /** `gcc -dumpfullversion`. */
  gcc: string;
  /** The version of `ld`, which the linker prints. */
  ld: string;
}

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

/** The compiler that a target's library is made with here. */
async function toolVersions({ triple }: Target): Promise<Omit<Checksum, "sha256">> {
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
 * Compares what was built with what is committed.
 *
 * @returns A line for each library that differs: what to do, or which compiler to do it with.
 */
export function differences(
  built: Readonly<Record<string, Checksum>>,
  committed: Readonly<Record<string, Checksum>>,
): string[] {
  const lines: string[] = [];
  for (const [name, { sha256, ...tools }] of Object.entries(built)) {
    const wanted = committed[name];
    if (wanted?.sha256 === sha256) continue;
    const isSameCompiler = wanted !== undefined && describe(wanted) === describe(tools);
    lines.push(
      wanted === undefined || isSameCompiler
        ? `ffi/prebuilt/${name} differs from the sources; run: deno task build:ffi`
        : `Cannot compare ffi/prebuilt/${name}: the compiler is ${describe(tools)}, ` +
          `must be ${describe(wanted)}`,
    );
  }
  return lines;
}

function describe({ target, gcc, ld }: Omit<Checksum, "sha256">): string {
  return `gcc ${gcc} with ld ${ld} for ${target}`;
}

async function main(): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "xperf-build-" });
  const checksums: Record<string, Checksum> = {};
  const files: Record<string, Uint8Array> = {};
  try {
    for (const target of TARGETS) {
      const name = `libxperf-${target.arch}.so`;
      await build(target, `${directory}/${name}`);
      files[name] = await Deno.readFile(`${directory}/${name}`);
      checksums[name] = { sha256: sha256(files[name]), ...await toolVersions(target) };
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  if (Deno.args.includes("--check")) await check(checksums);
  else await write(files, checksums);
  for (const [name, { sha256, ...tools }] of Object.entries(checksums)) {
    console.log(`${sha256}  ${name} (${files[name]!.length} bytes), ${describe(tools)}`);
  }
}

async function check(built: Readonly<Record<string, Checksum>>): Promise<void> {
  const committed: Record<string, Checksum> = JSON.parse(
    await Deno.readTextFile(new URL("checksums.json", prebuilt)),
  );
  const lines = differences(built, committed);
  for (const name of Object.keys(built)) {
    if (sha256(await Deno.readFile(new URL(name, prebuilt))) !== committed[name]?.sha256) {
      lines.push(`ffi/prebuilt/${name} is not what checksums.json says; run: deno task build:ffi`);
    }
  }
  for (const line of lines) console.error(line);
  if (lines.length > 0) Deno.exit(1);
}

async function write(
  libraries: Readonly<Record<string, Uint8Array>>,
  checksums: Readonly<Record<string, Checksum>>,
): Promise<void> {
  const text = new TextEncoder().encode(JSON.stringify(checksums, null, 2) + "\n");
  for (const [name, bytes] of Object.entries({ ...libraries, "checksums.json": text })) {
    // Beside it, and renamed: written over, it would end the processes that have it mapped.
    const beside = new URL(`${name}.new`, prebuilt);
    await Deno.writeFile(beside, bytes);
    await Deno.rename(beside, new URL(name, prebuilt));
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

if (import.meta.main) await main();
