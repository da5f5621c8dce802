/**
 * A test that needs something of the machine. Where it lacks, the test is skipped and
 * the reason printed; under `CI`, where everything is installed, it fails with the reason.
 *
 * @param obstacle What is in the way; `undefined` where nothing is.
 */
export function testNeeding(
  obstacle: string | undefined,
  name: string,
  body: () => void | Promise<void>,
): void {
  if (obstacle === undefined) {
    Deno.test(name, body);
  } else if (Deno.env.get("CI")) {
    Deno.test(name, () => {
      throw new Error(`Cannot skip a test under CI: ${obstacle}`);
    });
  } else {
    console.warn(`skipped: ${name}: ${obstacle}`);
    Deno.test.ignore(name, body);
  }
}

/** Returns the reason why a command does not run; `undefined` if it runs. */
export function obstacleOfCommand(command: string, ...args: string[]): string | undefined {
  try {
    const { success, code } = new Deno.Command(command, { args, stdin: "null" }).outputSync();
    return success ? undefined : `${command} fails with status ${code}`;
  } catch (error) {
    return `${command} does not run: ${(error as Error).message}`;
  }
}

/**
 * A test that needs a toolchain which only some machines have, such as Go. Where it lacks, the test
 * is skipped and the reason printed, also under `CI`.
 *
 * @param obstacle What is in the way; `undefined` where nothing is.
 */
export function testWithToolchain(
  obstacle: string | undefined,
  name: string,
  body: () => void | Promise<void>,
): void {
  if (obstacle === undefined) return Deno.test(name, body);
  console.warn(`skipped: ${name}: ${obstacle}`);
  Deno.test.ignore(name, body);
}
