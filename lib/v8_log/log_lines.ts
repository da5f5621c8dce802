/** Reads bytes of a log; fewer at its end. */
export type ReadLog = (offset: number, length: number) => Uint8Array;

/** A line, without its line feed. */
export interface LogLine {
  /** Bytes that hold the line, or only the start of a long one. */
  bytes: Uint8Array;
  /** Where in these bytes it starts. */
  start: number;
  /** Where in these bytes it ends, exclusive. */
  end: number;
  /** Where it starts in the file. */
  offset: number;
  /** Length, in bytes. */
  length: number;
}

const LINE_FEED = 10;

/**
 * Size of a read, in bytes. Of a line that is longer, {@linkcode LogLine.bytes} has only the start.
 */
const CHUNK = 1 << 20;

/** The end of what was read of a log. */
export interface LogEnd {
  /** Where the first line that is not whole starts. */
  offset: number;
  /**
   * Length of the part of that line that is there, in bytes; 0 where the log ends with a line feed.
   */
  rest: number;
}

/**
 * Reads the lines of a log, a chunk at a time. Of a line that does not fit a chunk only the start
 * is passed on, so memory stays bounded. Text behind the last line feed is no line.
 *
 * @param read Reads the log.
 * @param from Where the first line starts.
 * @param take Gets each line; the object is used again for the next.
 * @yields The offset that it has read to, after each chunk.
 */
export function* readLogLines(
  read: ReadLog,
  from: number,
  take: (line: LogLine) => void,
): Generator<number, LogEnd> {
  const line: LogLine = { bytes: new Uint8Array(), start: 0, end: 0, offset: 0, length: 0 };
  let buffer = new Uint8Array();
  // buffer[0, kept) is the start of a line that goes on, of which `skipped` bytes were dropped
  // behind it.
  let [kept, skipped] = [0, 0];
  let offset = from;
  while (true) {
    const chunk = read(offset + kept + skipped, CHUNK);
    if (chunk.length === 0) return { offset, rest: kept + skipped };
    let start = 0;
    if (kept > 0) {
      const end = chunk.indexOf(LINE_FEED);
      const part = end < 0 ? chunk.length : end;
      const copied = Math.min(part, buffer.length - kept);
      buffer.set(chunk.subarray(0, copied), kept);
      [kept, skipped] = [kept + copied, skipped + part - copied];
      if (end >= 0) {
        Object.assign(line, {
          bytes: buffer,
          start: 0,
          end: kept,
          offset,
          length: kept + skipped,
        });
        take(line);
        offset += kept + skipped + 1;
        [kept, skipped] = [0, 0];
      }
      start = end < 0 ? chunk.length : end + 1;
    }
    line.bytes = chunk;
    for (let end; (end = chunk.indexOf(LINE_FEED, start)) >= 0; start = end + 1) {
      line.start = start;
      line.end = end;
      line.offset = offset;
      line.length = end - start;
      take(line);
      offset += line.length + 1;
    }
    if (start < chunk.length) {
      if (buffer.length === 0) buffer = new Uint8Array(2 * CHUNK);
      kept = chunk.length - start;
      buffer.set(chunk.subarray(start), 0);
    }
    yield offset + kept + skipped;
  }
}
