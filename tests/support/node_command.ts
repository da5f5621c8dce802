import { fileURLToPath } from "node:url";

import type { CommandResult } from "./command_process.ts";
import { runtimeProgram } from "./other_runtime.ts";

const CLI = fileURLToPath(import.meta.resolve("../../lib/command/cli.ts"));

/** The versions of Node that can run the command from its sources; later ones compile no enums. */
export type CommandNode = "node22" | "node24";

/** Runs the command in Node, with the sources as they are. */
export async function runNodeCommand(
  runtime: CommandNode,
  args: readonly string[],
  { cwd }: { cwd: string },
): Promise<CommandResult> {
  const flags = ["--experimental-transform-types", "--no-warnings"];
  const { code, signal, stdout, stderr } = await new Deno.Command(runtimeProgram(runtime), {
    args: [...flags, CLI, ...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, signal, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
