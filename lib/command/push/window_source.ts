import type { ProfileWindow } from "../../push/profile_window.ts";
import type { Recording } from "../../recording/recording.ts";

/** Takes samples of a program that runs. */
export interface WindowSource {
  /**
   * Begins to take samples.
   *
   * @param pid The program's process.
   * @param onWindow Is given each window that has samples, where windows are wanted.
   */
  begin(pid: number, onWindow: (window: ProfileWindow) => void): void;
  /**
   * Takes samples for some seconds, beside the windows.
   *
   * @returns `undefined` where the program did nothing meanwhile.
   */
  record(seconds: number): Promise<Recording | undefined>;
  /** Reads the last samples, once the program has ended, and cleans up. */
  end(): Promise<void>;
}
