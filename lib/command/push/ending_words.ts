import { spawnSync } from "node:child_process";

let words: readonly string[] | undefined;

/**
 * Words in front of a command that have it interrupted when this process ends, also where this
 * process is killed and can do nothing itself (PR_SET_PDEATHSIG). util-linux has the program for it
 * from 2.34 on; elsewhere there are no words.
 */
export function endingWords(): readonly string[] {
  if (words === undefined) {
    const wanted = ["setpriv", "--pdeathsig", "INT", "--"];
    const { status } = spawnSync(wanted[0]!, [...wanted.slice(1), "true"], { stdio: "ignore" });
    words = status === 0 ? wanted : [];
  }
  return words;
}
