import { deepEqual, equal, match, ok, throws } from "node:assert/strict";

import { PerfError } from "../../lib/base/perf_error.ts";
import { CLOCK_FILE, formatClockFile } from "../../lib/v8_log/clock_file.ts";
import {
  findLogs,
  listLogs,
  makeLogDirectory,
  recordingLogs,
  releaseLogDirectory,
  removeStaleDirectories,
} from "../../lib/v8_log/log_directory.ts";

const USER = Deno.uid();
/** No process has it: the kernel's numbers end at 2^22. */
const NOBODY = 4_194_305;
const DAY = 24 * 60 * 60 * 1000;

/** Something like /tmp, that is removed again. */
class Temporary implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "xperf-test-" });
  readonly shared = `${this.path}/xperf-v8-${USER}`;

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

function modeOf(path: string): number {
  return Deno.lstatSync(path).mode! & 0o777;
}

function log(directory: string, pid: number, isolate = "0x1000"): string {
  const path = `${directory}/isolate-${isolate}-${pid}-${pid}-5.log`;
  Deno.writeTextFileSync(path, "v8-version\n");
  return path;
}

Deno.test("makeLogDirectory() makes directories that only this user can write", () => {
  using temporary = new Temporary();
  const mask = Deno.umask(0o027);
  try {
    const { path, root, bin, logFile } = makeLogDirectory({ temporary: temporary.path });
    equal(modeOf(path), 0o700);
    deepEqual([modeOf(temporary.shared), modeOf(root), modeOf(bin)], [0o711, 0o711, 0o755]);
    equal(logFile, `${path}/%p-%t.log`);
    ok(root.startsWith(`${temporary.shared}/${Deno.pid}-`));
  } finally {
    Deno.umask(mask);
  }
});

Deno.test("makeLogDirectory() gives each command its own directory", () => {
  using temporary = new Temporary();
  const paths = [1, 2, 3].map(() => makeLogDirectory({ temporary: temporary.path }).path);
  equal(new Set(paths).size, 3);
});

const PLANTS: [what: string, plant: (path: string, temporary: string) => void][] = [
  ["a symbolic link", (path, temporary) => {
    Deno.mkdirSync(`${temporary}/elsewhere`);
    Deno.symlinkSync(`${temporary}/elsewhere`, path);
  }],
  ["a symbolic link", (path) => Deno.symlinkSync("/nowhere", path)],
  ["a file", (path) => Deno.writeTextFileSync(path, "")],
  ["a directory that others can write", (path) => {
    Deno.mkdirSync(path);
    Deno.chmodSync(path, 0o777);
  }],
  ...(USER === 0
    ? [["another user's directory", (path: string) => {
      Deno.mkdirSync(path, { mode: 0o700 });
      Deno.chownSync(path, 1000, 1000);
    }] as [string, (path: string) => void]]
    : []),
];

for (const [what, plant] of PLANTS) {
  Deno.test(`makeLogDirectory() refuses ${what} in /tmp, and leaves it unchanged`, () => {
    using temporary = new Temporary();
    plant(temporary.shared, temporary.path);
    const before = Deno.lstatSync(temporary.shared);
    throws(() => makeLogDirectory({ temporary: temporary.path }), (error: PerfError) => {
      ok(error instanceof PerfError);
      equal(error.code, "file");
      equal(
        error.message,
        `Cannot use "${temporary.shared}": it is ${what}, must be a directory of this user that others cannot write`,
      );
      equal(error.hint, `ls -ld ${temporary.shared}`);
      return true;
    });
    const after = Deno.lstatSync(temporary.shared);
    deepEqual([after.ino, after.mode, after.uid], [before.ino, before.mode, before.uid]);
    deepEqual(removeStaleDirectories({ temporary: temporary.path }), []);
  });
}

Deno.test("makeLogDirectory() removes only the last logs from a recording's directory", () => {
  using temporary = new Temporary();
  const recording = `${temporary.path}/perf.data`;
  const first = makeLogDirectory({ recording, temporary: temporary.path });
  equal(first.path, Deno.realPathSync(recordingLogs(recording)));
  log(first.path, NOBODY);
  for (const name of [CLOCK_FILE, "marker-start", "notes.txt"]) {
    Deno.writeTextFileSync(`${first.path}/${name}`, "");
  }
  const second = makeLogDirectory({ recording, temporary: temporary.path });
  equal(second.path, first.path);
  deepEqual([...Deno.readDirSync(second.path)].map(({ name }) => name), ["notes.txt"]);
});

Deno.test("makeLogDirectory() refuses a planted link beside the recording", () => {
  using temporary = new Temporary();
  const recording = `${temporary.path}/perf.data`;
  Deno.symlinkSync("/etc", recordingLogs(recording));
  throws(() => makeLogDirectory({ recording, temporary: temporary.path }), {
    message: /^Cannot use ".*perf.data.v8": it is a symbolic link, must be a directory/,
  });
});

Deno.test("makeLogDirectory() has a log file that flags can name, for every recording's name", () => {
  using temporary = new Temporary();
  for (const name of ["my data", "a,b", "%p", "it's", "ä"]) {
    const recording = `${temporary.path}/${name}`;
    const { path, logFile } = makeLogDirectory({ recording, temporary: temporary.path });
    match(logFile, /^[\w./-]+\/%p-%t\.log$/);
    equal(Deno.realPathSync(logFile.slice(0, -"/%p-%t.log".length)), path);
  }
});

Deno.test("releaseLogDirectory() keeps everything that a living process can still need", () => {
  using temporary = new Temporary();
  const directory = makeLogDirectory({ temporary: temporary.path });
  log(directory.path, Deno.pid);
  releaseLogDirectory(directory);
  ok(Deno.statSync(directory.bin).isDirectory);
});

Deno.test("releaseLogDirectory() keeps the logs in /tmp, and removes the shims", () => {
  using temporary = new Temporary();
  const directory = makeLogDirectory({ temporary: temporary.path });
  const path = log(directory.path, NOBODY);
  releaseLogDirectory(directory);
  ok(Deno.statSync(path).isFile);
  throws(() => Deno.statSync(directory.bin), Deno.errors.NotFound);
});

Deno.test("releaseLogDirectory() leaves nothing in /tmp for a recording", () => {
  using temporary = new Temporary();
  const recording = `${temporary.path}/a,b`;
  const directory = makeLogDirectory({ recording, temporary: temporary.path });
  const path = log(directory.path, NOBODY);
  releaseLogDirectory(directory);
  ok(Deno.statSync(path).isFile);
  throws(() => Deno.statSync(directory.root), Deno.errors.NotFound);
});

/** A directory of a command, as old as a time says. */
function old(temporary: Temporary, name: string, time: Date, pid?: number): string {
  const logs = `${temporary.shared}/${name}/logs`;
  Deno.mkdirSync(logs, { recursive: true });
  if (pid !== undefined) Deno.utimeSync(log(logs, pid), time, time);
  for (const path of [logs, `${temporary.shared}/${name}`]) Deno.utimeSync(path, time, time);
  return `${temporary.shared}/${name}`;
}

Deno.test("removeStaleDirectories() removes only directories that dead commands left a day ago", () => {
  using temporary = new Temporary();
  Deno.mkdirSync(temporary.shared, { mode: 0o700 });
  const before = new Date(Date.now() - DAY - 1000);
  const started = before.getTime();
  const stale = [
    old(temporary, `${NOBODY}-${started}`, before, NOBODY + 1),
    // Its number belongs to a process that began later.
    old(temporary, `${Deno.pid}-${started}`, before),
  ];
  const kept = [
    old(temporary, `${NOBODY}-${started + 1}`, new Date(), NOBODY + 1),
    old(temporary, `${NOBODY}-${started + 2}`, before, Deno.pid),
    old(temporary, `1-${Date.now() + 60_000}`, before),
    old(temporary, "somebody-elses", before),
  ];
  deepEqual(removeStaleDirectories({ temporary: temporary.path }).sort(), stale.sort());
  for (const path of stale) throws(() => Deno.lstatSync(path), Deno.errors.NotFound);
  for (const path of kept) ok(Deno.lstatSync(path).isDirectory, path);
});

Deno.test("removeStaleDirectories() follows no link out of a directory", () => {
  using temporary = new Temporary();
  const recorded = `${temporary.path}/recorded`;
  Deno.mkdirSync(recorded);
  log(recorded, NOBODY);
  const before = new Date(Date.now() - DAY - 1000);
  const root = `${temporary.shared}/${NOBODY}-${before.getTime()}`;
  Deno.mkdirSync(root, { recursive: true });
  Deno.symlinkSync(recorded, `${root}/logs`);
  removeStaleDirectories({ temporary: temporary.path, now: Date.now() + 2 * DAY });
  throws(() => Deno.lstatSync(root), Deno.errors.NotFound);
  equal(listLogs(recorded).length, 1);
});

Deno.test("listLogs() skips links and other files", () => {
  using temporary = new Temporary();
  const path = log(temporary.path, 7);
  Deno.symlinkSync(path, `${temporary.path}/isolate-0x2-7-7-5.log`);
  Deno.mkdirSync(`${temporary.path}/isolate-0x3-7-7-5.log`);
  Deno.writeTextFileSync(`${temporary.path}/v8.log`, "");
  deepEqual(listLogs(temporary.path), [
    { path, name: "isolate-0x1000-7-7-5.log", isolate: "0x1000", pid: 7, started: 5 },
  ]);
  deepEqual(listLogs(`${temporary.path}/none`), []);
});

Deno.test("findLogs() takes the logs beside the recording, with their clock", () => {
  using temporary = new Temporary();
  const recording = `${temporary.path}/perf.data`;
  Deno.writeTextFileSync(recording, "");
  const { path } = makeLogDirectory({ recording, temporary: temporary.path });
  log(path, 7);
  log(path, 8);
  Deno.writeTextFileSync(
    `${path}/${CLOCK_FILE}`,
    formatClockFile({
      command: { pid: 1, started: 2 },
      isComplete: true,
      processes: [{ pid: 70 }],
      // In a pid namespace: perf knows process 7 as 70.
      logs: { "isolate-0x1000-7-7-5.log": { pid: 70, polls: [[1, 2, 3]], released: 4 } },
      markers: [],
    }),
  );
  const found = findLogs({ recording, pids: new Set([70]), temporary: temporary.path });
  deepEqual(found.map(({ directory, logs }) => ({ directory, logs })), [{
    directory: recordingLogs(recording),
    logs: [{
      path: `${recordingLogs(recording)}/isolate-0x1000-7-7-5.log`,
      name: "isolate-0x1000-7-7-5.log",
      isolate: "0x1000",
      pid: 70,
      started: 5,
      polls: [[1, 2, 3]],
      released: 4,
    }],
  }]);
  equal(findLogs({ recording, temporary: temporary.path })[0]!.logs.length, 2);
});

Deno.test("findLogs() takes the newest logs in /tmp of each process, made before the recording ended", () => {
  using temporary = new Temporary();
  const recording = `${temporary.path}/perf.data`;
  Deno.writeTextFileSync(recording, "");
  const now = Date.now();
  const first = old(temporary, `${NOBODY}-${now - 3000}`, new Date(), 7);
  log(`${first}/logs`, 8);
  const second = old(temporary, `${NOBODY}-${now - 2000}`, new Date(), 7);
  old(temporary, `${NOBODY}-${now + 60_000}`, new Date(), 7);
  const found = findLogs({ recording, pids: new Set([7, 8, 9]), temporary: temporary.path });
  deepEqual(found.map(({ directory, logs }) => [directory, logs.map(({ pid }) => pid)]), [
    [`${second}/logs`, [7]],
    [`${first}/logs`, [8]],
  ]);
});

Deno.test("findLogs() finds the directory of a marker that the recording has mapped", () => {
  using temporary = new Temporary();
  const recording = `${temporary.path}/perf.data`;
  const { path } = makeLogDirectory({ temporary: temporary.path });
  log(path, 7);
  const mapped = ["/usr/bin/node", `${path}/marker-start`, `${path}/marker-end`];
  const found = findLogs({ recording, mapped, temporary: temporary.path });
  deepEqual(found.map(({ directory }) => directory), [path]);
});
