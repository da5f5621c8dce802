/*
 * Copies perf maps of programs in a pid namespace of their own, as in a container. Such a program
 * names its map by its number inside, but perf, outside, looks for its number outside.
 */
import * as fs from "node:fs";

import { perfMapPath } from "../../backends/perf_map/perf_map.ts";
import { parseProcessStart } from "../../runtime/process_start.ts";
import { readText } from "../../perf/perf_tool.ts";

/** Milliseconds between two searches for new processes. */
const LOOK_INTERVAL = 100;

/** A process that has another number in its own namespace. */
interface InnerProcess {
  /** Its number in our namespace. */
  outer: number;
  /** Its number in its own namespace. */
  inner: number;
}

/**
 * Watches a process and its descendants. For each one in a pid namespace of its own it writes the
 * map that perf will look for. It keeps maps open, so that it can read them when their process has
 * ended.
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

  /** Stops watching, and writes the maps. To be called before perf looks for them; they stay. */
  write(): void {
    clearInterval(this.#timer);
    for (const [outer, source] of this.#sources) {
      const path = perfMapPath(outer);
      try {
        // An existing file is left alone: it is another user's, or a map already.
        fs.writeFileSync(path, fs.readFileSync(source), { flag: "wx", mode: 0o600 });
      } catch {
        // Without the map the frames of this process stay without names.
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
      // The map is opened again each time, because another file may have replaced it.
      const before = this.#sources.get(outer);
      if (before !== undefined) fs.closeSync(before);
      this.#sources.set(outer, source);
    }
  }
}

/**
 * Returns the number of a process in its own pid namespace, by its `/proc/<pid>/status`;
 * `undefined` where it lives in ours.
 */
export function innerNumber(status: string): number | undefined {
  // proc(5): the numbers in all nested namespaces, from ours inwards.
  const [, numbers = ""] = /^NSpid:\s+(\d+(?:\s+\d+)*)$/m.exec(status) ?? [];
  const [, ...inner] = numbers.split(/\s+/);
  return inner.length === 0 ? undefined : Number(inner.at(-1));
}

/** Finds a process and its descendants that still run. */
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

/** Opens the map that a process wrote in its namespace, if it is a file of that process's user. */
function openMap({ outer, inner }: InnerProcess): number | undefined {
  let descriptor: number | undefined;
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
    const path = `/proc/${outer}/root${perfMapPath(inner)}`;
    descriptor = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const file = fs.fstatSync(descriptor);
    const isTheirs = file.isFile() && file.nlink === 1 &&
      file.uid === fs.statSync(`/proc/${outer}`).uid;
    // A new namespace counts from 1 again, so the map can be an earlier process's.
    if (isTheirs && file.mtimeMs >= startOf(outer)) return descriptor;
  } catch {
    // The process has no map yet, or has ended.
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
