import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";

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

/**
 * A constant, not a literal in import(): the runtime would resolve a literal before every program.
 */
const PLUG = "jsr:@denosaurs/plug@1.1.0/download";

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

/**
 * Fetches a library by plug, for callers that can await it, and puts it in place.
 *
 * @throws {Error} If plug cannot be loaded, or the library has another checksum.
 */
export async function downloadLibraryByPlug(download: LibraryDownload): Promise<void> {
  const plug = await import(PLUG);
  // plug neither verifies its cache nor writes it atomically, so it gets a directory for one use.
  const directory = mkdtempSync("/tmp/xperf-plug-");
  const { log } = console;
  // plug logs downloads to the program's output.
  console.log = () => {};
  try {
    const url = download.address;
    place(download, readFileSync(await plug.download({ url, location: directory })));
  } finally {
    console.log = log;
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Puts a library in place if its checksum is right. */
function place({ path, checksum }: LibraryDownload, bytes: Uint8Array): void {
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== checksum) throw new Error(`its SHA-256 is ${actual}, must be ${checksum}`);
  placeFile(path, bytes);
}
