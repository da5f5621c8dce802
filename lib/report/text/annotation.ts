import { groupedBy } from "../../base/grouped_by.ts";
import { functionKey } from "../../recording/code_history.ts";
import type { Recording } from "../../recording/recording.ts";
import type { Cause, Causes } from "../causes/cause.ts";
import { historyWords, tierWords } from "../causes/code_words.ts";
import { amountText, percentText } from "../figures/amounts.ts";
import { type AnnotatedLine, type AnnotatedLines, shownRanges } from "./annotated_lines.ts";
import type { AnnotationTarget } from "./annotation_target.ts";
import { excerptAt, isLongLine } from "./hot_lines.ts";
import { type PlaceNames, placeText } from "../figures/place_text.ts";
import { heatOf, noteLines, PLAIN, printable, styled, type Terminal, trimmed } from "./terminal.ts";

/** Options of {@linkcode formatAnnotation}. */
export interface AnnotationOptions extends PlaceNames {
  /** The recording's unit. */
  unit: Recording["unit"];
  /** The lines of the file. */
  text: readonly string[];
  /** Whether all lines are shown. @default {false} */
  isWhole?: boolean;
  /** The reasons for which lines take their time. @default {they are left out} */
  causes?: Causes;
  /** Where it goes. @default {100 columns without colours} */
  terminal?: Terminal;
}

/** Places on a long line that are shown, the hottest first. */
const MOST_COLUMNS = 5;

/**
 * The lines of a function or a file with their shares of the program's time beside them, and below
 * a line the reasons for its time.
 *
 * @param target The function or the file.
 * @param annotated The time of its lines.
 * @param options The text, and how it is shown.
 */
export function* formatAnnotation(
  target: AnnotationTarget,
  annotated: AnnotatedLines,
  options: AnnotationOptions,
): Generator<string> {
  const { text, isWhole, unit, terminal = PLAIN } = options;
  const { fn, file } = target;
  const { self, total, program, lines } = annotated;
  const share = (weight: number) => weight / (program || 1);
  const line = (content: string, style?: "bold" | "dim") =>
    `${styled(trimmed(printable(content), terminal.width), style, terminal)}\n`;
  const name = fn === undefined ? "" : `${fn.name}  `;
  yield line(`${name}${placeText(fn ?? { file }, options)}`, "bold");
  yield line(
    `self ${amountText(self, unit)} (${percentText(share(self))}), total ${
      amountText(total, unit)
    } (${percentText(share(total))}) of the program's ${amountText(program, unit)}`,
  );
  const code = codeOf(target, options);
  if (code !== "") yield* noteLines(code, 0, terminal);
  const causes = causesIn(target, options.causes);
  for (const cause of causes.get(undefined) ?? []) {
    yield* noteLines(`${cause.fact}. ${cause.advice}`, 0, terminal);
  }
  yield line("");
  const shown = new Set(lines.keys());
  for (const place of causes.keys()) if (place !== undefined) shown.add(place);
  if (fn?.line !== undefined) shown.add(fn.line);
  const ranges = isWhole ? [[1, text.length] as [number, number]] : shownRanges(shown, text.length);
  const digits = String(text.length).length;
  yield line(`${"self".padStart(8)}${"total".padStart(9)}`, "dim");
  let last = 0;
  for (const [from, to] of ranges) {
    if (last > 0) yield line(`${" ".repeat(19)}${"⋮".padStart(digits)}`, "dim");
    for (let number = from; number <= to; number++) {
      yield* annotatedRows({ number, digits, text: text[number - 1]! }, lines.get(number), {
        share,
        terminal,
      });
      for (const { fact, advice } of causes.get(number) ?? []) {
        yield* noteLines(`${fact}. ${advice}`, 21 + digits, terminal);
      }
    }
    last = to;
  }
}

/** The compilers and the history of a function's code; empty where these are unknown. */
function codeOf({ fn }: AnnotationTarget, { causes, unit }: AnnotationOptions): string {
  const code = fn && causes?.functions.find((one) => functionKey(one) === functionKey(fn));
  if (code === undefined) return "";
  return [tierWords(code), historyWords(code, unit)].filter(Boolean).join("; ");
}

/** The causes in a function or a file, by line. */
function causesIn(
  { fn, file }: AnnotationTarget,
  all: Causes | undefined,
): Map<number | undefined, Cause[]> {
  const causes = (all?.causes ?? []).filter((cause) =>
    cause.fn.file === file && (fn === undefined || functionKey(cause.fn) === functionKey(fn))
  );
  return groupedBy(causes, ({ line }) => line);
}

function* annotatedRows(
  { number, digits, text }: { number: number; digits: number; text: string },
  annotated: AnnotatedLine | undefined,
  { share, terminal }: { share: (weight: number) => number; terminal: Terminal },
): Generator<string> {
  const room = terminal.width - 21 - digits;
  const row = (
    line: Pick<AnnotatedLine, "self"> & { total?: number },
    place: string,
    text: string,
  ) => {
    const self = percentCell(line.self, share).padStart(8);
    const total = percentCell(line.total ?? 0, share).padStart(9);
    const numbers = styled(self, heatOf(share(line.self)), terminal) +
      styled(total, "dim", terminal);
    return `${numbers}  ${styled(place, "dim", terminal)}  ${text}`.trimEnd() + "\n";
  };
  const place = String(number).padStart(digits);
  yield row(annotated ?? { self: 0 }, place, trimmed(printable(text), room));
  if (annotated === undefined || !isLongLine(text)) return;
  const columns = [...annotated.columns].sort((a, b) => b[1] - a[1]).slice(0, MOST_COLUMNS);
  for (const [column, self] of columns) {
    const label = `column ${column}: `;
    const excerpt = excerptAt(text, column, room - label.length);
    yield row({ self }, " ".repeat(digits), label + trimmed(excerpt, room - label.length));
  }
}

function percentCell(weight: number, share: (weight: number) => number): string {
  return weight === 0 ? "" : percentText(share(weight));
}
