import type { Recording } from "../../recording/recording.ts";
import type { Causes } from "../causes/cause.ts";
import { historyWords, tierWords } from "../causes/code_words.ts";
import { amountText, percentText } from "../figures/amounts.ts";
import { placeText } from "../figures/place_text.ts";
import { codeText, plainText } from "./markdown_text.ts";

/** The most causes and functions that are shown. */
const MOST_CAUSES = 8;
const MOST_FUNCTIONS = 5;

/** The least share of a function in the program's time. */
const LEAST_SHARE = 0.05;

/**
 * The causes of a recording as a section of a Markdown report, one line each, then a section on the
 * compilers of the hottest functions.
 *
 * @param causes The recording's causes, and the code of its functions.
 * @param unit The recording's unit.
 * @param most The most lines of each section. @default {8 causes, 5 functions}
 * @returns Lines; none where nothing is known.
 */
export function causesMarkdown(
  { causes, functions, program }: Causes,
  unit: Recording["unit"],
  most = MOST_CAUSES,
): string[] {
  const share = (weight: number) =>
    `${amountText(weight, unit)}, ${percentText(weight / (program || 1))}`;
  const shown = causes.slice(0, Math.min(most, MOST_CAUSES));
  const why = shown.map(({ fn, line, weight, fact, advice }) => {
    const place = placeText({ file: fn.file, line: line ?? fn.line });
    return `- ${codeText(place)} ${codeText(fn.name)}: ${share(weight)}, ` +
      `${plainText(fact)}. ${advice}`;
  });
  const rest = causes.length - shown.length;
  if (rest > 0) why.push(`- and ${rest} more`);
  const code = functions.slice(0, Math.min(most, MOST_FUNCTIONS))
    .filter(({ self, tiers }) => self >= LEAST_SHARE * program && tiers.size > 0)
    .map((fn) => {
      const words = [tierWords(fn), historyWords(fn, unit)].filter(Boolean).join("; ");
      return `- ${codeText(placeText(fn))} ${codeText(fn.name)}: ${share(fn.self)}: ` +
        `${plainText(words)}.`;
    });
  return [...section("Why", why), ...section("Compilers of the hottest functions", code)];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, "", ...lines, ""];
}
