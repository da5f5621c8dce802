/** The parameters of a Worker's start, which travel in its address. */
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
 * Returns the address that a Worker is started with instead of the program's.
 *
 * @param entry Our module, which reads this address and loads the program's.
 */
export function workerAddress(entry: string, start: WorkerStart): string {
  return `${entry}#${encodeURIComponent(JSON.stringify(start))}`;
}

/** Reads the parameters from an address that {@linkcode workerAddress} made. */
export function readWorkerAddress(address: string): WorkerStart {
  return JSON.parse(decodeURIComponent(address.slice(address.indexOf("#") + 1)));
}
