import { siblingModule } from "../../base/sibling_module.ts";
import { attachedProgram } from "./attach.ts";
import { LoggedProgram } from "../program/logged_script.ts";
import { plainCommand, type ScriptCommand, scriptCommand } from "../program/script.ts";
import type { ProfilePlan } from "./decide.ts";

/** The module that has a program sample itself. */
const SAMPLER = siblingModule("../../sampler_preload", import.meta.url);

/** Prepares the program that is to be recorded. */
export function start(
  { line, script, pid, naming, scope, seconds, hasSpans, hasWaits }: ProfilePlan,
  { output, isBuiltin }: { output: string | undefined; isBuiltin: boolean },
): ScriptCommand {
  const { wish } = naming;
  if (pid !== undefined) return attachedProgram(pid, { line, seconds });
  if (naming.kind === "none") {
    return plainCommand({ ...line, script }, wish, {
      preload: isBuiltin || hasSpans || hasWaits ? SAMPLER : undefined,
    });
  }
  if (naming.kind === "trampolines") {
    return scriptCommand({
      script: script!,
      scriptArgs: line.scriptArgs,
      line,
      wish,
      counts: true,
    });
  }
  const isPreloaded = isBuiltin || hasSpans || hasWaits || scope.kind !== "all" ||
    line.options.has("toggle-signal");
  return new LoggedProgram({ line, script, wish, isPreloaded, recording: output });
}
