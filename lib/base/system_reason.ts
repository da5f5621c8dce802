/**
 * The reason of a failed system call, without the code in front and the call behind it, which every
 * runtime puts into the message of such an error: "no such file or directory".
 *
 * @param error What was caught.
 */
export function systemReason(error: unknown): string {
  const { message } = error as Error;
  return /^E[A-Z0-9]+: (.*?)(?:, \w+(?: '.*)?)?$/s.exec(message)?.[1] ?? message;
}
