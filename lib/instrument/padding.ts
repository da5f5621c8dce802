/**
 * Code that never runs, of more than 460 bytes of bytecode, which V8 inlines nowhere (its
 * `--max-inlined-bytecode-size`): 26 for each element that is left out. V8 makes no code of it once
 * it optimises the function. The parentheses keep it from naming functions by what is in them.
 *
 * @param runtime The runtime.
 */
export function paddingText(runtime: string): string {
  return `(${runtime}.never)&&([${",".repeat(16)}]=0)`;
}
