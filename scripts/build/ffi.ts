/**
 * Builds the native library for both architectures with Debian's compilers:
 *
 *     apt-get install gcc gcc-aarch64-linux-gnu
 *     deno task build:ffi            writes ffi/prebuilt/ and its checksums
 *     deno task build:ffi --check    fails where they differ from the sources
 *
 * One version of the compiler makes the same bytes everywhere.
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
  compiler: string;
  flags: string[];
}

const TARGETS: Target[] = [
  { arch: "x86_64", compiler: "x86_64-linux-gnu-gcc", flags: [] },
  {
    arch: "aarch64",
    compiler: "aarch64-linux-gnu-gcc",
    // Kernels with pages of 64 KiB load it too; protecting the relocated data would then
    // pad the file to 64 KiB. Outlined atomics would need a start-up function.
    flags: ["-mno-outline-atomics", "-Wl,-z,max-page-size=65536", "-Wl,-z,norelro"],
  },
];

async function build({ arch, compiler, flags }: Target, output: string): Promise<void> {
  const args = [...FLAGS, ...flags, "-o", output, ...SOURCES, `entry_${arch}.S`];
  const { success } = await new Deno.Command(compiler, { args, cwd: fileURLToPath(ffi) }).spawn()
    .status;
  if (!success) throw new Error(`Cannot build for ${arch}: ${compiler} failed`);
}

async function main(): Promise<void> {
  const check = Deno.args.includes("--check");
  const directory = await Deno.makeTempDir({ prefix: "xperf-build-" });
  const checksums: Record<string, string> = {};
  const files: Record<string, Uint8Array> = {};
  try {
    for (const target of TARGETS) {
      const name = `libxperf-${target.arch}.so`;
      await build(target, `${directory}/${name}`);
      files[name] = await Deno.readFile(`${directory}/${name}`);
      checksums[name] = createHash("sha256").update(files[name]).digest("hex");
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  files["checksums.json"] = new TextEncoder().encode(JSON.stringify(checksums, null, 2) + "\n");
  const differing: string[] = [];
  for (const [name, bytes] of Object.entries(files)) {
    const url = new URL(name, prebuilt);
    if (!check) {
      // The file is replaced by a rename: overwriting it would end the processes that have it
      // mapped.
      const beside = new URL(`${name}.new`, prebuilt);
      await Deno.writeFile(beside, bytes);
      await Deno.rename(beside, url);
    } else if (!sameBytes(bytes, await Deno.readFile(url).catch(() => new Uint8Array()))) {
      differing.push(name);
    }
  }
  if (differing.length > 0) {
    console.error(
      `ffi/prebuilt/ differs from the sources: ${differing.join(", ")}; run: deno task build:ffi`,
    );
    Deno.exit(1);
  }
  for (const [name, checksum] of Object.entries(checksums)) {
    console.log(`${checksum}  ${name} (${files[name]!.length} bytes)`);
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

if (import.meta.main) await main();
