import * as fs from "node:fs";
import { setInterval } from "node:timers";

import { isGranted, onProcessEnd } from "../runtime/runtime.ts";
import { CollectionCounter } from "./collection_counter.ts";

/** Milliseconds from one write to the next; of a program that a signal ends, as much is missing. */
const PERIOD = 5000;

/** The file of garbage collections beside a file of samples. */
export function collectionsPath(samples: string): string {
  return `${samples}.collections`;
}

/**
 * Counts the garbage collections of this thread until the process ends, and writes them to a file,
 * as JSON of `CollectionSum[]` (recording/collections.ts). A runtime that does not tell them has no
 * file, and neither has a program that may not write it.
 *
 * @param path The file.
 */
export function countCollections(path: string): void {
  if (!isGranted({ name: "write", path })) return;
  const counter = new CollectionCounter();
  if (counter.sums === undefined) return;
  const write = () => {
    counter.stop();
    try {
      fs.writeFileSync(path, JSON.stringify(counter.sums), { mode: 0o600 });
    } catch {
      // The disk is full, which the samples tell.
    }
  };
  counter.start();
  const timer = setInterval(() => {
    write();
    counter.start();
  }, PERIOD);
  timer.unref();
  onProcessEnd(write);
}
