import { pathToFileURL } from "node:url";

import { readFileSync } from "../../base/file_system.ts";
import { defineElement, endsWith } from "../../base/builtins.ts";
import { host, workingDirectory } from "../../runtime/runtime.ts";
import { withoutMark } from "../../source/loaded_source.ts";
import type { CallSite } from "./call_sites.ts";
import { ansiPaint, plainPaint } from "./deno_colors.ts";
import {
  formatFrames,
  formatSourceLine,
  formatStack,
  isShown,
  withoutRunner,
} from "./deno_stack.ts";
import type { TestRunner } from "./deno_tests.ts";
import type { StackDialect } from "./error_stack.ts";

/**
 * Formats stacks like Deno: those that a program reads, and those that Deno prints.
 *
 * @param runner The command that prints them, if it is one that runs tests.
 */
export function denoDialect(
  { runner }: { runner: TestRunner | undefined },
): Required<Omit<StackDialect, "place">> {
  const directory = startDirectory();
  const paint = host.paintsStacks() ? ansiPaint : plainPaint;
  return {
    format: (error, sites) => formatStack(error, sites, { directory, paint: plainPaint }),
    repeatsErrors: runner !== undefined,
    print: (all, isOutermost) => {
      const sites = runner === undefined ? all : withoutRunner(all);
      const line = isOutermost ? formatSourceLine(sites, readText, paint) : "";
      const shown = isOutermost ? shownSites(sites) : sites;
      // `deno bench` paints no directory.
      const style = { directory: runner === "bench" ? undefined : directory, paint };
      return line + formatFrames(shown, style);
    },
  };
}

/** Returns the URL of the working directory; `undefined` where it cannot be read. */
function startDirectory(): string | undefined {
  try {
    const path = workingDirectory();
    return pathToFileURL(endsWith(path, "/") ? path : `${path}/`).href;
  } catch {
    return undefined;
  }
}

function shownSites(sites: readonly CallSite[]): readonly CallSite[] {
  const shown: CallSite[] = [];
  for (let i = 0; i < sites.length; i++) {
    if (isShown(sites[i]!)) defineElement(shown, shown.length, sites[i]);
  }
  return shown;
}

function readText(path: string): string {
  try {
    return withoutMark(readFileSync(path, "utf8"));
  } catch {
    return "";
  }
}
