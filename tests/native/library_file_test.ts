import { deepEqual, equal, match, notEqual, ok, throws } from "node:assert/strict";
import { createHash } from "node:crypto";

import { LIBRARIES } from "../../ffi/libraries.ts";
import { libraryBytes, libraryFile } from "../../lib/native/library_file.ts";
import { currentPlatform } from "../../lib/runtime/runtime.ts";
import { testNeeding } from "../support/needing.ts";

const platform = currentPlatform();
const library = libraryBytes(platform.arch);

/** A directory like /tmp, with nothing in it. Disposing of it removes it. */
class Shared implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "xperf-shared-" });

  constructor(mode = 0o1777) {
    Deno.chmodSync(this.path, mode);
  }

  /** Places the library. */
  place(): string {
    return libraryFile(platform, this.path);
  }

  names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

function inode(path: string): number {
  return Deno.statSync(path).ino!;
}

Deno.test("libraryBytes() is of the recorded checksum, and under 64 KiB", () => {
  deepEqual(Object.keys(LIBRARIES), ["x86_64", "aarch64"]);
  for (const [arch, { sha256 }] of Object.entries(LIBRARIES)) {
    const bytes = libraryBytes(arch);
    equal(createHash("sha256").update(bytes).digest("hex"), sha256);
    ok(bytes.length < 65536);
  }
});

Deno.test("libraryFile() places the library once, for this user alone to read", () => {
  using shared = new Shared();
  const path = shared.place();
  match(path, /\/libxperf-\w+-[0-9a-f]{16}-\d+\.so$/);
  deepEqual(Deno.readFileSync(path), new Uint8Array(library));
  equal(Deno.statSync(path).mode! & 0o777, 0o400);
  const first = inode(path);
  equal(shared.place(), path);
  equal(inode(path), first);
  equal(shared.names().length, 1);
});

Deno.test("libraryFile() replaces anything else of this user at its place", () => {
  const plant: Record<string, (path: string) => void> = {
    "another content": (path) => Deno.writeFileSync(path, library.toReversed()),
    "a part": (path) => Deno.writeFileSync(path, library.subarray(0, 1000)),
    "a file that others can write": (path) => {
      Deno.writeFileSync(path, library);
      Deno.chmodSync(path, 0o666);
    },
    "a link to the library": (path) => {
      Deno.writeFileSync(`${path}.target`, library);
      Deno.symlinkSync(`${path}.target`, path);
    },
    "a FIFO": (path) => {
      ok(new Deno.Command("mkfifo", { args: [path] }).outputSync().success);
    },
  };
  for (const [what, make] of Object.entries(plant)) {
    using shared = new Shared();
    const path = shared.place();
    Deno.removeSync(path);
    make(path);
    const planted = Deno.lstatSync(path).ino;
    equal(shared.place(), path);
    const { isFile, ino, mode } = Deno.lstatSync(path);
    equal(isFile, true, what);
    equal(mode! & 0o777, 0o400, what);
    notEqual(ino, planted, what);
    deepEqual(Deno.readFileSync(path), new Uint8Array(library), what);
  }
});

const isRoot = Deno.uid() === 0 ? undefined : "only root can give a file away";

testNeeding(isRoot, "libraryFile() does not use another user's file", () => {
  using shared = new Shared();
  const path = shared.place();
  Deno.chownSync(path, 12345, 12345);
  const planted = inode(path);
  // Root may replace it. Another user gets an error, since the directory is sticky.
  equal(shared.place(), path);
  notEqual(inode(path), planted);
  equal(Deno.statSync(path).uid, 0);
});

Deno.test("libraryFile() says what stands in the way", () => {
  using shared = new Shared();
  const path = shared.place();
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  throws(() => shared.place(), (error: Error & { code?: string; hint?: string }) => {
    equal(error.code, "library");
    match(error.message, /^Cannot place the native library in "\/.*": E\w+: /);
    equal(error.hint, `ls -ld ${shared.path} ${shared.path}/libxperf-*`);
    ok(error.cause instanceof Error);
    return true;
  });
  equal(shared.names().length, 1);
});

Deno.test("libraryFile() refuses a directory in which others can replace files", () => {
  using open = new Shared(0o777);
  throws(() => open.place(), {
    code: "library",
    message: `Cannot place the native library in "${open.path}": others can replace files in it, ` +
      "it must have the sticky bit",
    hint: `chmod +t ${open.path}`,
  });
  deepEqual(open.names(), []);
  using own = new Shared(0o700);
  ok(own.place());
});

Deno.test("libraryFile() removes leftovers of processes that were killed, and no others", () => {
  using shared = new Shared();
  for (const [name, age] of [["old", 120], ["fresh", 1]] as const) {
    const path = `${shared.path}/libxperf-new.${name}`;
    Deno.writeTextFileSync(path, "");
    const time = Date.now() / 1000 - age;
    Deno.utimeSync(path, time, time);
  }
  const path = shared.place();
  deepEqual(shared.names(), ["libxperf-new.fresh", path.slice(shared.path.length + 1)]);
});

Deno.test("libraryFile() of many processes at once makes one whole file", async () => {
  using shared = new Shared();
  const module = import.meta.resolve("../../lib/native/library_file.ts");
  const runtime = import.meta.resolve("../../lib/runtime/runtime.ts");
  const source = `
import { libraryFile } from "${module}";
import { currentPlatform } from "${runtime}";
import { createHash } from "node:crypto";
const path = libraryFile(currentPlatform(), Deno.args[0]);
console.log(createHash("sha256").update(Deno.readFileSync(path)).digest("hex"));
`;
  const script = `${Deno.makeTempDirSync({ prefix: "xperf-script-" })}/a.ts`;
  Deno.writeTextFileSync(script, source);
  try {
    const outputs = await Promise.all(
      Array.from({ length: 4 }, () =>
        new Deno.Command(Deno.execPath(), {
          args: ["run", "--allow-all", "--no-lock", script, shared.path],
        }).output()),
    );
    for (const { stdout } of outputs) {
      equal(new TextDecoder().decode(stdout), `${LIBRARIES[platform.arch]!.sha256}\n`);
    }
    equal(shared.names().length, 1);
  } finally {
    Deno.removeSync(script.slice(0, -"/a.ts".length), { recursive: true });
  }
});
