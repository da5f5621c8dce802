import { deepEqual, equal } from "node:assert/strict";

import { readPerfData } from "../../../lib/recording/perf_data/read_perf_data.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import { stateOfStack } from "../../../lib/recording/thread_state.ts";
import { KERNEL, type PerfDataWriter, USER } from "../../support/perf_data_file.ts";
import { CLOCK, SWITCHES, wallWriter } from "../../support/wall_data_file.ts";

const CODE = 0x40_0000;
const KERNEL_CODE = 0xffff_ffff_8100_0000n;

/** Symbols by address; perf is asked for the last byte of a call. */
const SYMBOLS: Readonly<Record<string, string>> = {
  [(CODE + 0x10).toString(16)]: "futex_wait",
  [(CODE + 0xff).toString(16)]: "js::work:/app.js:3",
  [(CODE + 0x1ff).toString(16)]: "_start",
  [(CODE + 0x20).toString(16)]: "epoll_wait",
  [KERNEL_CODE.toString(16)]: "schedule",
  [(KERNEL_CODE + 0xfn).toString(16)]: "__x64_sys_futex",
  [(KERNEL_CODE + 0x1fn).toString(16)]: "__x64_sys_epoll_wait",
};

/** Reads a recording with these symbols: answers as perf script would. */
async function read(writer: PerfDataWriter): Promise<Recording> {
  const recordings = await readPerfData(writer.file(), {
    perf: {
      print: () => fail(),
      async *printOf(request) {
        const view = new DataView(request.buffer);
        yield* answers(view);
      },
    },
  });
  equal(recordings.length, 1);
  return recordings[0]!;
}

const fail = (): never => {
  throw new Error("perf script must not be needed");
};

/** One sample for each request record: its period, then a line for each address. */
function* answers(view: DataView): Generator<string> {
  const start = Number(view.getBigUint64(40, true));
  const end = start + Number(view.getBigUint64(48, true));
  for (let at = start; at < end; at += view.getUint16(at + 6, true)) {
    if (view.getUint32(at, true) !== 9) continue;
    yield ` ${view.getBigUint64(at + 32, true)}\n`;
    const count = Number(view.getBigUint64(at + 40, true));
    for (let i = 1; i < count; i++) {
      const address = view.getBigUint64(at + 48 + 8 * i, true).toString(16);
      yield `    ${address} ${SYMBOLS[address] ?? "[unknown]"} (/x)\n`;
    }
  }
}

const JS = [USER, CODE + 0x10, CODE + 0x100, CODE + 0x200];
const IN_FUTEX = [KERNEL, KERNEL_CODE, KERNEL_CODE + 0x10n];
const IN_EPOLL = [KERNEL, KERNEL_CODE, KERNEL_CODE + 0x20n];

function writer(): PerfDataWriter {
  return wallWriter().comm(9, 9, "node").comm(9, 10, "pool")
    .map(9, { start: CODE, size: 0x1000, path: "/usr/bin/node" });
}

const nsByState = ({ stacks }: Recording) =>
  Object.fromEntries(stacks.map(({ thread, frames, weight }) => {
    const state = stateOfStack(frames);
    const what = state.kind === "blocked"
      ? `${state.blocksLoop ? "blocks the loop" : "blocked"}: ${state.call}`
      : state.kind;
    return [`${thread} ${what}`, weight];
  }));

Deno.test("readPerfData() makes of switches the time until the thread comes back", async () => {
  const recording = await read(
    writer()
      .sample({ pid: 9, time: 1000, chain: JS, event: CLOCK, period: 1000 })
      .sample({ pid: 9, time: 2000, chain: [...IN_FUTEX, ...JS], event: SWITCHES, misc: 1 })
      .switched("out", { pid: 9, time: 2003 })
      .switched("in", { pid: 9, time: 9000 })
      .sample({ pid: 9, time: 9500, chain: [...IN_FUTEX, ...JS], event: SWITCHES, misc: 1 })
      .switched("preempted", { pid: 9, time: 9502 })
      .switched("in", { pid: 9, time: 9700 })
      .sample({
        pid: 9,
        time: 9800,
        chain: [...IN_EPOLL, USER, CODE + 0x20, CODE + 0x200],
        event: SWITCHES,
        misc: 1,
      })
      .switched("out", { pid: 9, time: 9801 })
      .sample({
        pid: 9,
        tid: 10,
        time: 9000,
        chain: [...IN_FUTEX, USER, CODE + 0x10],
        event: SWITCHES,
        misc: 1,
      })
      .switched("out", { pid: 9, tid: 10, time: 9001 })
      .switched("in", { pid: 9, time: 19_800 }),
  );
  equal(recording.event, "wall-clock");
  equal(recording.unit, "nanoseconds");
  deepEqual(nsByState(recording), {
    "node running": 1000,
    "node blocks the loop: futex": 7000,
    "node runnable": 200,
    "node event loop idle": 10_000,
    "pool idle": 10_800,
  });
  const blocked = recording.stacks.find(({ frames }) => stateOfStack(frames).kind === "blocked")!;
  deepEqual(blocked.frames.map(({ name }) => name), [
    ...["_start", "work", "futex_wait"],
    ...["(blocks the event loop: futex)", "__x64_sys_futex", "schedule"],
  ]);
  // A sample stands for the time in front of it.
  deepEqual([...recording.samples.time], [1000, 9000, 9700, 19_800, 19_800]);
  equal(recording.duration, (19_800 - 0) / 1e6);
});

Deno.test("readPerfData() takes addresses of no code for none where a thread waits", async () => {
  // The frame pointer was overwritten: the kernel found one number that is no address of code.
  const chain = [...IN_FUTEX, USER, CODE + 0x10, 0x77, CODE + 0x100];
  const recording = await read(
    writer().sample({ pid: 9, time: 2000, chain, event: SWITCHES, misc: 1 })
      .switched("out", { pid: 9, time: 2003 }).switched("in", { pid: 9, time: 9000 }),
  );
  deepEqual(nsByState(recording), { "node idle": 7000 });
});
