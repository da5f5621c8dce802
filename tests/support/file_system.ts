import { fileURLToPath } from "node:url";

import { obstacleOfCommand } from "./needing.ts";

/** The reason why mount namespaces cannot be used; `undefined` if they can. */
export const namespaces: string | undefined = obstacleOfCommand("unshare", "--mount", "true");

/**
 * Returns shell commands that mount another file system over /tmp, in a new mount namespace. The
 * directories that the program needs stay at their places.
 */
export function overTmp(options: string): string {
  const root = fileURLToPath(new URL("..", import.meta.url));
  return `
mount --make-rprivate / && mount -t tmpfs none /mnt
keep() { mkdir -p "/mnt$1" && mount --rbind "$1" "/mnt$1" && kept="$kept $1"; }
D=$PWD
for d in "$D" '${root}' "$(dirname '${Deno.execPath()}')"; do case "$d" in /tmp/*) keep "$d";; esac; done
mount -t tmpfs -o ${options} none /tmp
for d in $kept; do mkdir -p "$d" && mount --rbind "/mnt$d" "$d"; done
cd "$D"
`;
}
