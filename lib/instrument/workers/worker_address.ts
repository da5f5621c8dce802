import { WORKER_MODULE } from "../../source/own_module.ts";

/** The parameters of a Worker's start, which travel in its first module. */
export interface WorkerStart {
  /** The module that the program starts it with. */
  url: string;
  /** The constructor that made it: the web's, or that of `node:worker_threads`. */
  kind: "web" | "node";
  /**
   * The switches of this package. They stand for the environment, which a program can choose for a
   * Worker.
   */
  variables: Readonly<Record<string, string>>;
}

/**
 * Returns the address that a Worker is started with instead of the program's: a module that enters
 * worker_entry.ts and then loads the program's module.
 *
 * The parameters cannot be in the address of worker_entry.ts itself. JSR's checksums stand for
 * addresses without a fragment, `node:worker_threads` takes no `http:` address, and a module in
 * node_modules does not see its fragment.
 *
 * @param entry The address of worker_entry.ts.
 */
export function workerAddress(entry: string, start: WorkerStart): string {
  // Deno loads a module that a literal import() names before the hooks are set, so this one is none.
  const module = `import { enterWorker } from ${JSON.stringify(entry)};
const start = ${JSON.stringify(start)};
const leave = enterWorker(start);
try {
  await import(start.url);
} finally {
  leave();
}`;
  return `${WORKER_MODULE}${encodeURIComponent(module)}`;
}
