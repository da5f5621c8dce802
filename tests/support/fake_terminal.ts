/** A terminal that keeps what is done to it. */
export class FakeTerminal {
  written = "";
  readonly modes: boolean[] = [];
  isReading = false;
  #listener: ((data: Uint8Array) => void) | undefined;

  get streams() {
    return {
      input: {
        isTTY: true,
        setRawMode: (isRaw: boolean) => this.modes.push(isRaw),
        on: (_: "data", listener: (data: Uint8Array) => void) => this.#listener = listener,
        off: () => this.#listener = undefined,
        resume: () => this.isReading = true,
        pause: () => this.isReading = false,
      },
      output: { write: (text: string) => this.written += text },
    };
  }

  /** Whether anything hears keys. */
  get hears(): boolean {
    return this.#listener !== undefined;
  }

  press(keys: string): void {
    this.#listener?.(new TextEncoder().encode(keys));
  }

  /** Takes what has been written since the last time. */
  take(): string {
    const { written } = this;
    this.written = "";
    return written;
  }
}
