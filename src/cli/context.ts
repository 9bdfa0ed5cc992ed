import type { Command } from "commander";
import { CanonryError, type ExitCode } from "../model/errors.ts";
import { type Outside, openWorld, type World } from "../pipeline/world.ts";
import type { Terminal } from "./terminal.ts";

/** What every command gets: where to print, how to stop, and the door to the world. */
export interface Context {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Sets the exit code of the process; the worst of several counts. */
  exit(code: ExitCode): void;
  /** From here on an interrupt is how the command ends, and no failure. */
  endsByInterrupt(): void;
}

export interface GlobalOptions {
  readonly home?: string;
  readonly databaseUrl?: string;
  /** Of the commands that may ask a model. */
  readonly maxCost?: number;
}

/** What a world is opened with. */
export function outsideOf({ env, cwd, signal }: Context, command: Command): Outside {
  const options = command.optsWithGlobals<GlobalOptions>();
  return {
    env,
    cwd,
    signal,
    flags: {
      ...(options.home === undefined ? {} : { home: options.home }),
      ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
      ...(options.maxCost === undefined ? {} : { maxCost: options.maxCost }),
    },
  };
}

/** Opens the world of the home that the options name, runs, and closes it whatever happens. */
export async function inWorld<Result>(
  context: Context,
  command: Command,
  run: (world: World) => Promise<Result>,
): Promise<Result> {
  const world = await openWorld(outsideOf(context, command));
  let result: Result;
  try {
    result = await run(world);
  } catch (error) {
    // What went wrong first is what is told.
    await world.close().catch(() => undefined);
    throw error;
  }
  await world.close();
  return result;
}

/** Prints an error as its kind deserves and gives the exit code. */
export function reportError(error: unknown, terminal: Terminal): ExitCode {
  terminal.progress("");
  if (error instanceof CanonryError) {
    terminal.note(`canonry: ${error.describe()}`);
    return error.exit;
  }
  terminal.note(
    `canonry: a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return 1;
}
