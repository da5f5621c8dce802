import { pushHeaders } from "../../push/push_headers.ts";
import { type PushResource, pushResource } from "../../push/push_resource.ts";
import { parsePushTarget, type PushTarget } from "../../push/push_target.ts";
import { currentPlatform, readVariable } from "../../runtime/runtime.ts";
import { type CommandLine, lastValue, usageError } from "../command_line.ts";

/** The engine that the command line names, and all that is told it of the program. */
export interface PushWish {
  target: PushTarget;
  headers: Readonly<Record<string, string>>;
  resource: PushResource;
}

/**
 * Reads `--push` and the options beside it.
 *
 * @returns `undefined` where nothing is pushed.
 * @throws {PerfError} If a value is none that can be used, or the headers cannot be read.
 */
export function pushWishOf(line: CommandLine): PushWish | undefined {
  const value = lastValue(line, "push");
  if (value === undefined) {
    const unused = ["label", "push-headers"].find((name) => line.options.has(name));
    if (unused !== undefined) throw usageError(`Cannot use --${unused} without --push`);
    return undefined;
  }
  const target = parsePushTarget(value, readVariable);
  const file = lastValue(line, "push-headers");
  const { runtime } = currentPlatform();
  return {
    target,
    headers: pushHeaders(target.protocol, { read: readVariable, file }),
    resource: pushResource(line.options.get("label") ?? [], {
      read: readVariable,
      // A command can start any runtime.
      runtime: line.command.length > 0 ? undefined : runtime,
    }),
  };
}
