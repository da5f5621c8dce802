import { deepEqual, equal, match, ok } from "node:assert/strict";

import { ENVIRONMENT } from "../../lib/base/environment.ts";
import { commandHelp, optionLabel } from "../../lib/command/help.ts";
import { type CommandName, OPTIONS, optionsOf, parseOptionsOf } from "../../lib/command/options.ts";

const COMMANDS: readonly CommandName[] = ["run", "profile", "report", "diff", "doctor"];

Deno.test("each option has one name and one letter, and a text for each command", () => {
  for (const command of COMMANDS) {
    const options = optionsOf(command);
    const names = options.flatMap(({ name, short }) =>
      short === undefined ? [name] : [name, short]
    );
    const doubled = names.filter((name, i) => names.indexOf(name) < i && name.length > 1);
    deepEqual(doubled, [], command);
  }
  for (const { name, help, commands, variable } of OPTIONS) {
    ok(Object.keys(commands).length > 0, name);
    ok(help !== "" && !/\.$/.test(help), name);
    ok(variable === undefined || variable in ENVIRONMENT, name);
  }
});

Deno.test("parseOptionsOf() tells flags from options with a value", () => {
  const options = parseOptionsOf("profile");
  deepEqual(options["freq"], { type: "string", short: "F" });
  deepEqual(options["app-only"], { type: "boolean" });
  equal(parseOptionsOf("doctor")["freq"], undefined);
});

Deno.test("commandHelp() has each option of the command, and none that is another's", () => {
  for (const command of COMMANDS) {
    const help = commandHelp(command, { usage: [`${command} [options]`], about: ["About it."] });
    match(help, new RegExp(`^Usage: ${command} \\[options\\]\n\nAbout it\\.\n\n`));
    for (const option of OPTIONS) {
      equal(
        help.split("\n").some((line) => line.trim().split(/ {2,}/)[0] === optionLabel(option)),
        option.commands[command] !== undefined,
        `${command} ${option.name}`,
      );
    }
    for (const line of help.split("\n")) ok(line.length <= 90, line);
  }
});

Deno.test("optionLabel() writes the letter, the name and the value", () => {
  const label = (name: string) => optionLabel(OPTIONS.find((option) => option.name === name)!);
  equal(label("freq"), "-F, --freq N");
  equal(label("g"), "-g");
  equal(label("app-only"), "--app-only");
});
