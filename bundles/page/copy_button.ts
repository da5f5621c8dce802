/** A button that copies text. */

/** Has a button copy a text, and say whether the browser let it. */
export function copyOnClick(button: HTMLElement, textOf: () => string): void {
  const label = button.textContent!;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(textOf());
      button.textContent = "Copied";
    } catch {
      button.textContent = "The browser forbids it";
    }
    setTimeout(() => button.textContent = label, 1500);
  });
}
