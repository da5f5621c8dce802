/*
 * Programs in a pid namespace of their own, as in a container: they write a map with the number that
 * they know, and perf, outside, looks for the number that it knows.
 */
import * as fs from "node:fs";

import { perfMapPath } from "../../backends/perf_map/perf_map.ts";
import { parseProcessStart } from "../../runtime/process_start.ts";
import { readText } from "../../perf/perf_tool.ts";

/** Milliseconds between two looks for new processes. */
const LOOK_INTERVAL = 100;

/** A process that has another number inside. */
interface InnerProcess {
  /** Its number where we are. */
  outer: number;
  /** Its own number in its own namespace. */
  inner: number;
}

/**
 * Watches a process and those that it starts, and gives each one that lives in a pid namespace of its
 * own the map that perf will look for. A map that is open is still there when its process is not.
 */
export class NamespaceMaps {
  readonly #root: number;
  readonly #sources = new Map<number, number>();
  readonly #timer: ReturnType<typeof setInterval>;

  /** @param root The process, as our own pid namespace numbers it. */
  constructor(root: number) {
    this.#root = root;
    this.#timer = setInterval(() => this.#look(), LOOK_INTERVAL);
  }

  /** Stops watching, and writes the maps, which stay like all others. Before perf looks for them. */
  write(): void {
    clearInterval(this.#timer);
    for (const [outer, source] of this.#sources) {
      const path = perfMapPath(outer);
      try {
        // Nothing that stands there is written over: it is another's, or a map already.
        fs.writeFileSync(path, fs.readFileSync(source), { flag: "wx", mode: 0o600 });
      } catch {
        // Its frames stay without names.
      }
      fs.closeSync(source);
    }
    this.#sources.clear();
  }

  #look(): void {
    for (const outer of descendants(this.#root)) {
      const inner = innerNumber(readText(`/proc/${outer}/status`) ?? "");
      const source = inner === undefined ? undefined : openMap({ outer, inner });
      if (source === undefined) continue;
      // Opened anew each time: another file may have come in the place of the first.
      const before = this.#sources.get(outer);
      if (before !== undefined) fs.closeSync(before);
      this.#sources.set(outer, source);
    }
  }
}

/**
 * The number of a process in its own pid namespace, by its `/proc/<pid>/status`; `undefined` where it
 * lives in ours.
 */
export function innerNumber(status: string): number | undefined {
  // proc(5): the numbers in all nested namespaces, from ours inwards.
  const [, numbers = ""] = /^NSpid:\s+(\d+(?:\s+\d+)*)$/m.exec(status) ?? [];
  const [, ...inner] = numbers.split(/\s+/);
  return inner.length === 0 ? undefined : Number(inner.at(-1));
}

/** A process and all that it has started, as far as they still run. */
function descendants(root: number): number[] {
  const found = [root];
  for (const pid of found) {
    for (const thread of listDirectory(`/proc/${pid}/task`)) {
      const children = readText(`/proc/${pid}/task/${thread}/children`) ?? "";
      found.push(...children.split(" ").filter(Boolean).map(Number));
    }
  }
  return found;
}

/** Opens the map that a process wrote inside, if it is a file of that process's user. */
function openMap({ outer, inner }: InnerProcess): number | undefined {
  let descriptor: number | undefined;
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
    const path = `/proc/${outer}/root${perfMapPath(inner)}`;
    descriptor = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const file = fs.fstatSync(descriptor);
    const isTheirs = file.isFile() && file.nlink === 1 &&
      file.uid === fs.statSync(`/proc/${outer}`).uid;
    // Numbers are small there, and soon used again: it can be an earlier process's.
    if (isTheirs && file.mtimeMs >= startOf(outer)) return descriptor;
  } catch {
    // It has none yet, or has ended.
  }
  if (descriptor !== undefined) fs.closeSync(descriptor);
  return undefined;
}

function startOf(pid: number): number {
  const stat = readText(`/proc/${pid}/stat`) ?? "";
  return parseProcessStart(stat, readText("/proc/uptime") ?? "", Date.now()) ?? Infinity;
}

/** The names in a directory; none where it cannot be read. */
export function listDirectory(path: string): string[] {
  try {
    return fs.readdirSync(path);
  } catch {
    return [];
  }
}
