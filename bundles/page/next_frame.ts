/** Time for the browser. */

/** Lets the browser draw what is there. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    // A page in the background draws nothing.
    setTimeout(resolve, 100);
  });
}
