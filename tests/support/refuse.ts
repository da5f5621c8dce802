import { fileURLToPath } from "node:url";

/** A system call that tests/ffi/refuse.c knows. */
export type RefusedCall = "perf_event_open" | "process_vm_readv" | "timer_create";

/** Compiles a C program of tests/ffi/, and returns where it is. */
export async function compile(name: string, directory: string): Promise<string> {
  const program = `${directory}/${name}`;
  const { success, stderr } = await new Deno.Command("gcc", {
    args: ["-O1", "-Wall", "-Wextra", "-Werror", "-o", program, `${name}.c`],
    cwd: fileURLToPath(new URL("../ffi/", import.meta.url)),
    stdin: "null",
  }).output();
  if (!success) throw new Error(`gcc fails: ${new TextDecoder().decode(stderr)}`);
  return program;
}

/** The words to put before a command that shall be refused some system calls. */
export async function refusing(
  calls: readonly RefusedCall[],
  directory: string,
): Promise<string[]> {
  return [await compile("refuse", directory), calls.join()];
}
