/** What a Worker is told on its way. */
export interface WorkerStart {
  /** The module that the program starts it with. */
  url: string;
  /** Whose constructor made it: the web's, or that of `node:worker_threads`. */
  kind: "web" | "node";
  /** What stands for its environment, which a program can choose: the switches of this package. */
  variables: Readonly<Record<string, string>>;
}

/**
 * The address that a Worker is started with instead of the program's.
 *
 * @param entry Our module, which reads this address and loads the program's.
 */
export function workerAddress(entry: string, start: WorkerStart): string {
  return `${entry}#${encodeURIComponent(JSON.stringify(start))}`;
}

/** What {@linkcode workerAddress} was given. */
export function readWorkerAddress(address: string): WorkerStart {
  return JSON.parse(decodeURIComponent(address.slice(address.indexOf("#") + 1)));
}
