import { createHash } from "node:crypto";

import { fetchSync } from "./fetch_sync.ts";
import { placeFile } from "./library_cache.ts";
import { PerfError } from "../base/perf_error.ts";

/** A library on the network. */
export interface LibraryDownload {
  /** Its URL. */
  address: string;
  /** The path at which it is kept. */
  path: string;
  /** Its SHA-256. */
  checksum: string;
}

/** Far more bytes than the library has. */
const MOST_BYTES = 1 << 20;

/**
 * Fetches a library while the caller waits, and puts it in place.
 *
 * @throws {PerfError} If it cannot be fetched, or has another checksum.
 */
export function downloadLibrary(download: LibraryDownload): void {
  try {
    place(download, fetchSync(download.address, MOST_BYTES));
  } catch (cause) {
    throw new PerfError(
      `Cannot get the native library "${download.address}": ${(cause as Error).message}`,
      { code: "library", hint: "JS_PERF_LIBRARY=<path of a copy>", cause },
    );
  }
}

/** Puts a library in place if its checksum is right. */
function place({ path, checksum }: LibraryDownload, bytes: Uint8Array): void {
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== checksum) throw new Error(`its SHA-256 is ${actual}, must be ${checksum}`);
  placeFile(path, bytes);
}
