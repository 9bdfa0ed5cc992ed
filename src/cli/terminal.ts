/** The outside of a command: streams, colour, width, and how it ends. Everything a command prints goes through it. */
export interface Terminal {
  /** Data: standard output. A line end is added. */
  data(text: string): void;
  /** Data as it is. */
  raw(text: string): void;
  /** Everything else: standard error. */
  note(text: string): void;
  /** A line that replaces the one before; nothing where standard error is no terminal. */
  progress(text: string): void;
  /** Whether data may be coloured, and how many characters a line of it holds. */
  readonly colour: boolean;
  /** Whether standard error is a terminal. */
  readonly live: boolean;
  readonly width: number;
}

/** A standard stream of a process, or what stands for it. */
export interface Stream {
  write(text: string): boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export function terminal(out: Stream, error: Stream, noColour: boolean): Terminal {
  const live = error.isTTY === true;
  let pending = false;
  const clear = (): void => {
    if (pending) error.write("\r\u001b[2K");
    pending = false;
  };
  return {
    live,
    data(text) {
      clear();
      out.write(`${text}\n`);
    },
    raw(text) {
      clear();
      out.write(text);
    },
    note(text) {
      clear();
      error.write(`${text}\n`);
    },
    progress(text) {
      if (!live) return;
      clear();
      if (text === "") return;
      error.write(text.slice(0, Math.max(20, (error.columns ?? 100) - 1)));
      pending = true;
    },
    colour: out.isTTY === true && !noColour,
    width: out.columns ?? 100,
  };
}
