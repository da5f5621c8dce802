import type { FunctionPlace } from "../../recording/code_history.ts";
import type { Recording } from "../../recording/recording.ts";
import type { Causes } from "../causes/cause.ts";
import { historyWords } from "../causes/code_words.ts";
import type { PageData } from "./page_data.ts";

/** The numbers of a page's functions and files. */
export interface PageIds {
  /** The index of a function; `undefined` where no frame is of it. */
  functionId(fn: FunctionPlace): number | undefined;
  /** The index of a file, which the page gets where it has not had it. */
  addFile(file: string): number;
}

/**
 * The causes of a recording, and the history of its functions' code, for the page.
 *
 * @param causes What `causesOf` has found.
 * @param unit The recording's unit.
 * @param ids The numbers of functions and files.
 */
export function pageCauses(
  { causes, functions }: Causes,
  unit: Recording["unit"],
  ids: PageIds,
): Pick<PageData, "causes" | "histories"> {
  return {
    causes: causes.map(({ fn, line = 0, column = 0, weight, share, fact, advice }) => ({
      fn: ids.functionId(fn) ?? -1,
      name: fn.name,
      file: ids.addFile(fn.file),
      ...{ line, column, weight, share, fact, advice },
    })),
    histories: functions.flatMap((code) => {
      const fn = ids.functionId(code);
      const text = historyWords(code, unit);
      return fn === undefined || text === "" ? [] : [{ fn, text }];
    }),
  };
}
