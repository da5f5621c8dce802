import { deepEqual, equal, match } from "node:assert/strict";

import { Progress } from "../../../lib/command/progress.ts";
import { readFoundLogs, readLogsOf } from "../../../lib/command/logs/v8_logs.ts";
import { type ClockFile, formatClockFile } from "../../../lib/v8_log/clock_file.ts";
import type { FoundLog, FoundLogs } from "../../../lib/v8_log/log_directory.ts";
import { Workplace } from "../../support/command_process.ts";

/** No process can have this number (PID_MAX_LIMIT in linux/threads.h). */
const PID = 2 ** 22 + 1;
const HEAD = "v8-version,15,0,245,2,-rusty,0\n";
const CODE = "code-creation,Builtin,3,10,0x500000,192,CompileLazy\n";

const progress = new Progress({ isQuiet: true });

/** Polls by which the log's time 0 is the clock's, and by which it is known to a millisecond only. */
const EXACT = [[9_000, 9_000, HEAD.length], [10_000, 10_000, 1e6]] as const;
const VAGUE = [[9_000, 9_000, HEAD.length], [1_010_000, 1_010_000, 1e6]] as const;

/** One that gives only an upper bound. */
const LATE = [[10_000, 10_000, 1e6]] as const;

/** A log in a workplace. */
function logIn(place: Workplace, text: string, fields: Partial<FoundLog> = {}): FoundLog {
  const name = `isolate-0x1000-${PID}-${PID}-5.log`;
  const path = place.write(`perf.data.v8/${name}`, text);
  return {
    path,
    name,
    isolate: "0x1000",
    pid: PID,
    started: 5,
    polls: EXACT,
    released: 0,
    ...fields,
  };
}

function found(...logs: FoundLog[]): FoundLogs[] {
  return [{ directory: "/", clock: undefined, logs }];
}

/** The names at an address of the process. */
function namesAt(
  { code }: { code: Awaited<ReturnType<typeof readFoundLogs>>["code"] },
  pid = PID,
  time = 20_000,
): string[] | undefined {
  return code.framesAt(pid, 0x500010, time, false)?.frames?.map(({ name }) => name);
}

Deno.test("readFoundLogs() knows the code of each process by its logs", async () => {
  await using place = new Workplace();
  const logs = await readFoundLogs(found(logIn(place, HEAD + CODE)), { progress });
  deepEqual([namesAt(logs), namesAt(logs, PID + 1), logs.notes], [["CompileLazy"], undefined, []]);
  logs.close();
  const renumbered = await readFoundLogs(found(logIn(place, HEAD + CODE)), {
    progress,
    pidOf: ({ pid }) => pid + 1,
  });
  deepEqual(namesAt(renumbered, PID + 1), ["CompileLazy"]);
  renumbered.close();
});

Deno.test("readFoundLogs() notes each thing once that keeps names away", async () => {
  await using place = new Workplace();
  const notesOf = async (log: FoundLog) => {
    const { notes, close } = await readFoundLogs(found(log, log), { progress });
    close();
    return notes;
  };
  const missing = logIn(place, HEAD, { path: `${place.path}/none.log` });
  deepEqual(await notesOf(missing), [
    `warning: Cannot read V8's log "${place.path}/none.log"; its code has no names`,
  ]);
  // A link could lead to any file.
  const link = `${place.path}/link.log`;
  Deno.symlinkSync(logIn(place, HEAD + CODE).path, link);
  match((await notesOf(logIn(place, HEAD, { path: link }))).join(), /^warning: Cannot read .*link/);
  match((await notesOf(logIn(place, "nothing\n"))).join(), /^warning: Cannot read .* as V8's log/);
  deepEqual(await notesOf(logIn(place, HEAD + CODE, { released: 3e6 })), [
    "warning: the first 3 MB of V8's log were dropped: code of that time has no names",
  ]);
  match((await notesOf(logIn(place, HEAD + CODE, { polls: [] }))).join(), /has no clock/);
  deepEqual(await notesOf(logIn(place, HEAD + CODE, { polls: VAGUE })), [
    "note: V8's clock is known to 1001 µs only, so code that was there for less can have the name " +
    "of older code",
  ]);
  // Nothing says how long before the poll the line was written.
  deepEqual(await notesOf(logIn(place, HEAD + CODE, { polls: LATE })), [
    `warning: the clock of V8's log of process ${PID} is unknown, so code can have the name of ` +
    "older code",
  ]);
});

Deno.test("readFoundLogs() takes the command lines from the clock file", async () => {
  await using place = new Workplace();
  const [directory] = found(logIn(place, HEAD + CODE));
  const clock: ClockFile = {
    command: { pid: 1, started: 1 },
    isComplete: true,
    processes: [{ pid: PID, command: ["deno", "run"] }, { pid: 7 }],
    logs: {},
    markers: [],
  };
  const { commands, close } = await readFoundLogs([{ ...directory!, clock }], { progress });
  close();
  deepEqual([...commands], [[PID, ["deno", "run"]]]);
});

Deno.test("readLogsOf() finds the logs beside a recording, of the processes in it", async () => {
  await using place = new Workplace();
  const recording = place.write("perf.data", "");
  const facts = { clock: "mono", pids: new Set([PID]), mapped: [] } as const;
  equal(await readLogsOf(recording, { ...facts }, { progress }), undefined);
  const { name } = logIn(place, HEAD + CODE);
  const clock = (markers: ClockFile["markers"]) =>
    place.write(
      "perf.data.v8/clock.json",
      formatClockFile({
        command: { pid: 1, started: 1 },
        isComplete: true,
        processes: [],
        logs: { [name]: { pid: PID, polls: [...EXACT] } },
        markers,
      }),
    );
  clock([]);
  const logs = await readLogsOf(recording, { ...facts }, { progress });
  deepEqual([namesAt(logs!), logs!.notes], [["CompileLazy"], []]);
  logs!.close();
  equal(
    await readLogsOf(recording, { ...facts, pids: new Set([PID + 1]) }, { progress }),
    undefined,
  );
});

Deno.test("readLogsOf() aligns another clock by its markers, and says where there is none", async () => {
  await using place = new Workplace();
  const recording = place.write("perf.data", "");
  const { name } = logIn(place, `${HEAD}${CODE}code-creation,Builtin,3,9000,0x500000,192,Later\n`);
  const marker = { path: "/marker-a", before: 0, after: 0 };
  place.write(
    "perf.data.v8/clock.json",
    formatClockFile({
      command: { pid: 1, started: 1 },
      isComplete: true,
      processes: [],
      // All was written when the clock was 9 ms, so the log's time 0 is the clock's.
      logs: {
        [name]: {
          pid: PID,
          polls: [[8_999_999, 8_999_999, (HEAD + CODE).length], [1, 9_000_000, 1e6]],
        },
      },
      markers: [marker],
    }),
  );
  const facts = { clock: "perf", pids: new Set([PID]) } as const;
  // perf's clock is an hour ahead.
  const hour = 3600e9;
  const mapped = [{ path: "/marker-a", time: hour }];
  const aligned = await readLogsOf(recording, { ...facts, mapped }, { progress });
  deepEqual(aligned!.notes, []);
  deepEqual(namesAt(aligned!, PID, hour + 20_000), ["CompileLazy"]);
  equal(namesAt(aligned!, PID, 20_000), undefined);
  aligned!.close();
  const unknown = await readLogsOf(recording, { ...facts, mapped: [] }, { progress });
  match(
    unknown!.notes.join(),
    /^warning: the recording's clock is unknown, .*; perf record -k mono mends/,
  );
  deepEqual(namesAt(unknown!), ["Later"]);
  unknown!.close();
});
