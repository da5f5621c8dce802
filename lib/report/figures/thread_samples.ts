import { isApp } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import { SampleTable } from "../../recording/sample_table.ts";

/** A thread with its samples. */
export interface ThreadSamples {
  /** Number of the process; 0 where the recording has no numbers. */
  pid: number;
  /** Number of the thread, which is unique among them. */
  tid: number;
  /** Its name in reports. */
  label: string;
  /** Its last name, as the kernel has it. */
  name: string;
  /** Its samples: indices in the table, in the order of time. */
  indices: Uint32Array;
  /** Its samples' weight. */
  weight: number;
  /** Weight of the samples that have a function of the program on the stack. */
  appWeight: number;
}

/** All samples, by thread. */
export interface SamplesByThread {
  /** The main thread, then the others from the busiest on. */
  threads: ThreadSamples[];
  /** The table that the threads' indices are of. */
  table: SampleTable;
  /** Whether the recording has times; otherwise stacks follow each other for as long as they weigh. */
  hasTimes: boolean;
}

/**
 * Groups samples by thread. The main thread is the first thread of the process that spent the most
 * time in functions of the program. A recording without times gets a sample for each stack.
 *
 * @param recording What was recorded.
 */
export function samplesByThread(recording: Recording): SamplesByThread {
  const { samples, stacks } = recording;
  const hasTimes = samples.length > 0;
  const { table, threads } = hasTimes ? recordedThreads(recording) : madeThreads(recording);
  const isOfApp = Uint8Array.from(stacks, ({ frames }) => Number(frames.some(isApp)));
  for (const thread of threads) {
    for (const index of thread.indices) {
      const weight = table.weight[index]!;
      thread.weight += weight;
      if (isOfApp[table.stack[index]!] === 1) thread.appWeight += weight;
    }
  }
  threads.sort((a, b) => b.appWeight - a.appWeight || b.weight - a.weight);
  const isFirst = ({ pid, tid, appWeight }: ThreadSamples) => pid === tid && appWeight > 0;
  const main = Math.max(0, hasTimes ? threads.findIndex(isFirst) : 0);
  threads.unshift(...threads.splice(main, 1));
  return { threads, table, hasTimes };
}

type ThreadsOfTable = Pick<SamplesByThread, "threads" | "table">;

/** A thread that had several names is one. */
function recordedThreads({ samples: table, stacks, threads: named }: Recording): ThreadsOfTable {
  const threads: ThreadSamples[] = [];
  const counts: number[] = [];
  const byNumber = new Map<string, number>();
  const idOf = named.map(({ pid, tid }) => {
    const key = `${pid} ${tid}`;
    if (!byNumber.has(key)) {
      byNumber.set(key, threads.length);
      threads.push(emptyThread(pid, tid));
      counts.push(0);
    }
    return byNumber.get(key)!;
  });
  for (const index of table.thread) counts[idOf[index]!]!++;
  threads.forEach((thread, id) => thread.indices = new Uint32Array(counts[id]!));
  counts.fill(0);
  table.thread.forEach((index, i) => {
    const id = idOf[index]!;
    threads[id]!.indices[counts[id]!++] = i;
  });
  const sampled = threads.filter(({ indices }) => indices.length > 0);
  for (const thread of sampled) {
    const last = thread.indices.at(-1)!;
    thread.label = stacks[table.stack[last]!]!.thread;
    thread.name = named[table.thread[last]!]!.name;
  }
  return { table, threads: sampled };
}

function madeThreads({ stacks, unit }: Recording): ThreadsOfTable {
  const ids = new Map<string, number>();
  const threads: ThreadSamples[] = [];
  const ends: number[] = [];
  const lists: number[][] = [];
  const time = new Float64Array(stacks.length);
  const thread = new Uint32Array(stacks.length);
  for (const [i, { thread: label, weight }] of stacks.entries()) {
    let id = ids.get(label);
    if (id === undefined) {
      ids.set(label, id = threads.length);
      threads.push({ ...emptyThread(0, id + 1), label, name: label });
      ends.push(0);
      lists.push([]);
    }
    lists[id]!.push(i);
    thread[i] = id;
    // A microsecond for an event.
    ends[id]! += unit === "nanoseconds" ? weight : 1000 * weight;
    time[i] = ends[id]!;
  }
  threads.forEach((one, id) => one.indices = Uint32Array.from(lists[id]!));
  const weight = Float64Array.from(stacks, (stack) => stack.weight);
  const stack = Uint32Array.from(stacks.keys());
  return { threads, table: new SampleTable({ time, thread, stack, weight }) };
}

function emptyThread(pid: number, tid: number): ThreadSamples {
  const indices = new Uint32Array();
  return { pid, tid, label: "", name: "", indices, weight: 0, appWeight: 0 };
}
