/*
 * Programs of ours that stand first on PATH under the names of runtimes. Each executes the real one,
 * the next on PATH, so `npm run`, `npx` and `#!/usr/bin/env node` reach V8's log too.
 *
 * V8 writes its log to standard output where it cannot open the log file. So a process that may not
 * write to the log directory, such as one of another user, gets no flags.
 */
import * as fs from "node:fs";

import type { LogDirectory } from "../v8_log/log_directory.ts";

/** What installs shims. */
export interface ShimOptions {
  /** Where they go, and where the logs go. */
  directory: LogDirectory;
  /** The flags for V8. */
  flags: readonly string[];
  /** The value of DENO_V8_FLAGS that the user has given; empty where there is none. */
  denoFlags: string;
  /** The value of PATH. */
  path: string;
}

/**
 * Writes a shim for each runtime that is on PATH; others stay missing, as a program expects.
 *
 * @returns Their names.
 */
export function installShims({ directory, flags, denoFlags, path }: ShimOptions): string[] {
  // dash loses variables whose names are no identifiers, and cannot choose argv[0].
  const bash = ["/bin/bash", "/usr/bin/bash"].find((shell) => fs.existsSync(shell));
  const dialect = bash === undefined ? SH : bashDialect(bash);
  const logs = directory.logFile.slice(0, directory.logFile.lastIndexOf("/"));
  const parts = { ...dialect, logs, root: directory.root };
  const shims: Record<string, string> = {
    node: nodeShim("node", flags, parts),
    nodejs: nodeShim("nodejs", flags, parts),
    deno: denoShim(denoFlags, parts),
  };
  const names = Object.keys(shims).filter((name) => isOnPath(name, path));
  for (const name of names) {
    fs.writeFileSync(`${directory.bin}/${name}`, shims[name]!);
    fs.chmodSync(`${directory.bin}/${name}`, 0o755);
  }
  return names;
}

/** What differs between shells. */
interface Dialect {
  /** The first lines. */
  head: string;
  /** The word that executes a program under a name. */
  execAs: (name: string) => string;
}

const SH: Dialect = { head: "#!/bin/sh\n", execAs: () => "exec" };

function bashDialect(shell: string): Dialect {
  return {
    // -p: neither BASH_ENV nor functions of the environment. bash corrects PWD and OLDPWD; the real
    // runtime gets them as they were. The level in SHLVL sinks again when bash executes a program.
    head: `#!${shell} -p
restore_environment() {
  unset PWD OLDPWD
  local entry
  while IFS= read -r -d "" entry; do
    case $entry in PWD=* | OLDPWD=*) export "$entry" ;; esac
  done < /proc/self/environ
}
`,
    execAs: (name) => `restore_environment 2> /dev/null; exec -a ${name}`,
  };
}

interface Parts extends Dialect {
  logs: string;
  root: string;
}

/**
 * Finds the next program of a name on PATH: `$real`. Shims of all commands are passed over: where one
 * command runs another, two shims would execute each other for ever.
 */
function findReal(name: string): string {
  return `
real=
set -f
IFS=:
for directory in $PATH; do
  case $directory in */xperf-v8-*/*/bin | */xperf-v8-*/*/bin/*) continue ;; esac
  candidate=\${directory:-.}/${name}
  if [ -f "$candidate" ] && [ -x "$candidate" ] && ! [ "$candidate" -ef "$0" ]; then
    real=$candidate
    break
  fi
done
unset IFS
if [ -z "$real" ]; then
  echo "${name}: not found" >&2
  exit 127
fi
`;
}

function nodeShim(name: string, flags: readonly string[], parts: Parts): string {
  const { head, execAs, logs, root } = parts;
  return `${head}# Made by @x/perf: the next ${name} on PATH, writing V8's log.
${findReal(name)}
logs=${quote(logs)}
if ! [ -w "$logs" ] || ! [ -x "$logs" ]; then
  ${execAs(name)} "$real" "$@"
fi

# Bun stands in for Node under its name, and older versions of Node lack flags. The answer is kept
# for programs; a script can choose another version in another directory.
answer=
known=${quote(`${root}/version`)}
IFS=/
for part in $real; do known=$known%$part; done
unset IFS
if [ -f "$known" ]; then
  read -r answer < "$known"
else
  answer=$("$real" --version 2> /dev/null < /dev/null)
  if [ "$(head -c 4 "$real" 2> /dev/null)" = "$(printf '\\177ELF')" ]; then
    echo "$answer" 2> /dev/null > "$known.$$" && mv "$known.$$" "$known" 2> /dev/null
  fi
fi 2> /dev/null
set +f
unset directory candidate part known
case $answer in
  v[2-9][0-9].* | v[1-9][0-9][0-9].*)
    ${execAs(name)} "$real" ${flags.map(quote).join(" ")} "$@" ;;
esac
${execAs(name)} "$real" "$@"
`;
}

function denoShim(denoFlags: string, { head, execAs, logs }: Parts): string {
  const withdraw = denoFlags === ""
    ? "unset DENO_V8_FLAGS"
    : `export DENO_V8_FLAGS=${quote(denoFlags)}`;
  return `${head}# Made by @x/perf: the next deno on PATH, without V8's log where that cannot be written.
${findReal("deno")}
logs=${quote(logs)}
if ! [ -w "$logs" ] || ! [ -x "$logs" ]; then
  case $DENO_V8_FLAGS in
    *"$logs"*) ${withdraw} ;;
  esac
fi
${execAs("deno")} "$real" "$@"
`;
}

function isOnPath(name: string, path: string): boolean {
  return path.split(":").some((directory) => {
    try {
      fs.accessSync(`${directory || "."}/${name}`, fs.constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A word that a shell takes as it is. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
