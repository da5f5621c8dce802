/** What the report put into this page. */
import type { PageData, PageFrame } from "../../lib/report/page_data.ts";

export type { PageData, PageFrame };

/** Reads it. */
export function readPageData(): PageData {
  return JSON.parse(document.getElementById("data")!.textContent!);
}

/** Samples and weight of one recording. */
export interface Count {
  samples: number;
  weight: number;
}

/** All samples and their weight, of the recording that is shown and, in a comparison, of the earlier one. */
export function totals({ stacks }: PageData): { now: Count; before: Count } {
  const now = { samples: 0, weight: 0 };
  const before = { samples: 0, weight: 0 };
  for (
    const [, , samples, weight, samplesBefore = 0, weightBefore = 0] of stacks
  ) {
    now.samples += samples;
    now.weight += weight;
    before.samples += samplesBefore;
    before.weight += weightBefore;
  }
  return { now, before };
}

/** A position as people write it: the file's name and the line. */
export function shortPosition({ file, line, module }: PageFrame): string {
  const path = file ?? module ?? "";
  const name = path.slice(path.lastIndexOf("/") + 1);
  return line === undefined ? name : `${name}:${line}`;
}

/** The whole position. */
export function longPosition({ file, line, module }: PageFrame): string {
  const path = file ?? module ?? "";
  return line === undefined ? path : `${path}:${line}`;
}

/** Where a browser finds the source; `undefined` where it does not. */
export function sourceAddress({ file, line }: PageFrame): string | undefined {
  if (file === undefined) return undefined;
  const address = file.startsWith("/")
    ? `file://${file.split("/").map(encodeURIComponent).join("/")}`
    : file;
  return /^(?:file|https?):/.test(address) ? `${address}#L${line ?? 1}` : undefined;
}

/** What a frame is called, `[deno]` where it has no name. */
export function frameName(frame: PageFrame): string {
  if (frame.name !== "") return frame.name;
  const place = shortPosition(frame) || "unknown";
  return place.startsWith("[") ? place : `[${place}]`;
}
