import type { Recording } from "../../recording/recording.ts";
import { codeText, plainText } from "./markdown_text.ts";
import { percentText } from "../figures/amounts.ts";
import { placeText } from "../figures/place_text.ts";
import type { Causes } from "../causes/cause.ts";

/** The most causes that are shown. */
const MOST_CAUSES = 8;

/**
 * The causes of a recording as a section of a Markdown report, one line each.
 *
 * @param causes The recording's causes.
 * @param unit The recording's unit.
 * @returns Lines; none where there is no cause.
 */
export function causesMarkdown({ causes }: Causes, unit: Recording["unit"]): string[] {
  if (causes.length === 0) return [];
  const rows = causes.slice(0, MOST_CAUSES).map(({ fn, line, weight, share, fact, advice }) => {
    const amount = unit === "nanoseconds" ? `${(weight / 1e6).toFixed(0)} ms, ` : "";
    const place = placeText({ file: fn.file, line: line ?? fn.line });
    return `- ${codeText(place)} ${codeText(fn.name)}: ${amount}${percentText(share)}, ` +
      `${plainText(fact)}. ${advice}`;
  });
  const rest = causes.length - rows.length;
  return ["## Why", "", ...rows, ...(rest > 0 ? [`- and ${rest} more`] : []), ""];
}
