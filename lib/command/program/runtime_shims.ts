/*
 * Writes shims: scripts with the names of runtimes, first on PATH. A shim executes the real
 * runtime, the next of its name on PATH, with V8's flags. So `npm run`, `npx` and `#!/usr/bin/env
 * node` write V8's log too.
 *
 * V8 writes its log to standard output where it cannot open the log file. So a process that may not
 * write to the log directory, such as one of another user, gets no flags.
 */
import * as fs from "node:fs";

import type { LogDirectory } from "../../v8_log/log_directory.ts";
import { nodePreload } from "./node_preload.ts";

/** Options of {@linkcode installShims}. */
export interface ShimOptions {
  /** The directories of the shims and of the logs. */
  directory: LogDirectory;
  /** The flags for V8. */
  flags: readonly string[];
  /** Flags that only Node 26 and newer get. */
  newFlags: readonly string[];
  /** The value of DENO_V8_FLAGS that the user has given; empty where there is none. */
  denoFlags: string;
  /** The value of PATH. */
  path: string;
}

/**
 * Writes a shim for each runtime that is on PATH. Other runtimes stay missing, as a program
 * expects.
 *
 * @returns Their names.
 */
export function installShims(
  { directory, flags, newFlags, denoFlags, path }: ShimOptions,
): string[] {
  // bash is preferred: dash drops variables whose names are no identifiers, and cannot set argv[0].
  const bash = ["/bin/bash", "/usr/bin/bash"].find((shell) => fs.existsSync(shell));
  const dialect = bash === undefined ? SH : bashDialect(bash);
  const logs = directory.logFile.slice(0, directory.logFile.lastIndexOf("/"));
  const preload = nodePreloadPath(directory);
  fs.writeFileSync(preload, nodePreload({ flags, newFlags, logs }));
  fs.chmodSync(preload, 0o644);
  const parts = { ...dialect, logs, root: directory.root, preload, newFlags };
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

/** The differences between shells. */
interface Dialect {
  /** The first lines. */
  head: string;
  /** Returns the words that execute a program under a name. */
  execAs: (name: string) => string;
}

const SH: Dialect = { head: "#!/bin/sh\n", execAs: () => "exec" };

function bashDialect(shell: string): Dialect {
  return {
    // -p ignores BASH_ENV and functions of the environment. bash changes PWD, OLDPWD and IFS, so
    // the shim restores them for the real runtime. bash lowers SHLVL again when it executes a
    // program.
    head: `#!${shell} -p
restore_environment() {
  unset PWD OLDPWD IFS
  local xperf_entry
  while IFS= read -r -d "" xperf_entry; do
    case $xperf_entry in PWD=* | OLDPWD=* | IFS=*) export "$xperf_entry" ;; esac
  done < /proc/self/environ
}
`,
    execAs: (name) => `restore_environment 2> /dev/null; exec -a ${name}`,
  };
}

interface Parts extends Dialect {
  logs: string;
  root: string;
  preload: string;
  newFlags: readonly string[];
}

/** Returns the path of the script that Node processes require. */
export function nodePreloadPath({ root }: Pick<LogDirectory, "root">): string {
  return `${root}/preload.cjs`;
}

/** Adds to a value of NODE_OPTIONS the option that has Node require the script. */
export function nodeOptions(before: string, directory: Pick<LogDirectory, "root">): string {
  const option = `--require=${nodePreloadPath(directory)}`;
  if (before.split(" ").includes(option)) return before;
  return before === "" ? option : `${before} ${option}`;
}

/**
 * Returns shell code that sets `$xperf_real` to the next program of a name on PATH. It skips the
 * shims of all commands: otherwise, where one command runs another, two shims would execute each
 * other for ever.
 *
 * All variables of a shim begin with `xperf_`. Others could be the program's own, and the shim
 * would change them.
 */
function findReal(name: string): string {
  return `
find_real() {
  local IFS=: xperf_candidate xperf_directory
  for xperf_directory in $PATH; do
    case $xperf_directory in */xperf-v8-*/*/bin | */xperf-v8-*/*/bin/*) continue ;; esac
    xperf_candidate=\${xperf_directory:-.}/${name}
    if [ -f "$xperf_candidate" ] && [ -x "$xperf_candidate" ] && ! [ "$xperf_candidate" -ef "$0" ]
    then
      xperf_real=$xperf_candidate
      return
    fi
  done
  echo "${name}: not found" >&2
  exit 127
}
set -f
find_real
set +f
`;
}

function nodeShim(name: string, flags: readonly string[], parts: Parts): string {
  const { head, execAs, logs, root, preload, newFlags } = parts;
  const option = quote(`--require=${preload}`);
  return `${head}# Made by @x/perf: the next ${name} on PATH, writing V8's log.
${findReal(name)}
if ! ${canWrite(logs)}; then
  ${execAs(name)} "$xperf_real" "$@"
fi

# Bun stands in for Node under its name, and older versions of Node lack flags. The answer is kept
# for programs; a script can choose another version in another directory.
ask_version() {
  local IFS=/ xperf_part xperf_known=${quote(`${root}/version`)}
  for xperf_part in $xperf_real; do xperf_known=$xperf_known%$xperf_part; done
  if [ -f "$xperf_known" ]; then
    read -r xperf_version < "$xperf_known"
    return
  fi
  xperf_version=$("$xperf_real" --version < /dev/null)
  if [ "$(head -c 4 "$xperf_real")" = "$(printf '\\177ELF')" ]; then
    echo "$xperf_version" > "$xperf_known.$$" && mv "$xperf_known.$$" "$xperf_known"
  fi
}
ask_version 2> /dev/null
case $xperf_version in
  v2[6-9].* | v[3-9][0-9].* | v[1-9][0-9][0-9].*) set -- ${newFlags.map(quote).join(" ")} "$@" ;;
esac
case $xperf_version in
  v[2-9][0-9].* | v[1-9][0-9][0-9].*)
    case " $NODE_OPTIONS " in
      *" "${option}" "*) ;;
      *) export NODE_OPTIONS="\${NODE_OPTIONS:+$NODE_OPTIONS }"${option} ;;
    esac
    ${execAs(name)} "$xperf_real" ${flags.map(quote).join(" ")} "$@" ;;
esac
${execAs(name)} "$xperf_real" "$@"
`;
}

/** Returns a shell test of whether a directory can be written. */
function canWrite(directory: string): string {
  return `{ [ -w ${quote(directory)} ] && [ -x ${quote(directory)} ]; }`;
}

function denoShim(denoFlags: string, { head, execAs, logs }: Parts): string {
  const withdraw = denoFlags === ""
    ? "unset DENO_V8_FLAGS"
    : `export DENO_V8_FLAGS=${quote(denoFlags)}`;
  return `${head}# Made by @x/perf: the next deno on PATH, without V8's log where that cannot be written.
${findReal("deno")}
if ! ${canWrite(logs)}; then
  case $DENO_V8_FLAGS in
    *${quote(logs)}*) ${withdraw} ;;
  esac
fi
${execAs("deno")} "$xperf_real" "$@"
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

/** Quotes a word for a shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
