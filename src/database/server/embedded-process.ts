import { at, type EmbeddedOptions, pgCtl } from "./embedded-programs.ts";

/** In which a server that was told to stop does so. */
const STOP_SECONDS = 30;

export interface ServerProcess {
  readonly pid: number;
  /** Null before it listens. */
  readonly port: number | null;
  readonly isStopping: boolean;
}

/**
 * What the server says of itself in its postmaster.pid; null if there is none, or its process is gone.
 * Source: PostgreSQL, src/include/utils/pidfile.h.
 */
export async function serverProcess({
  folder,
  files,
}: EmbeddedOptions): Promise<ServerProcess | null> {
  const lines = (await files.readText(`${at.data(folder)}/postmaster.pid`))?.split("\n") ?? [];
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!(pid > 0) || !files.isAlive(pid)) return null;
  return { pid, port: port > 0 ? port : null, isStopping: lines[7]?.trim() === "stopping" };
}

/**
 * Stops the server. One that does not come to its end is ended as if the power had failed: what was committed
 * is kept, and the next start replays its log. PostgreSQL 18.4 waits for ever where it is told to stop while it
 * recovers from the death of one of its processes.
 */
export async function endServer(options: EmbeddedOptions): Promise<void> {
  const seconds = String(options.stopSeconds ?? STOP_SECONDS);
  try {
    await pgCtl(options, ["stop", "-m", "fast", "-w", "-t", seconds]);
  } catch (error) {
    if ((await serverProcess(options))?.isStopping !== true) throw error;
    await endAtOnce(options);
  }
}

/** Ends a server that is seen stopping when its time is up; it counts from now. */
export function overdueStop(options: EmbeddedOptions): (seen: ServerProcess) => Promise<void> {
  const time = AbortSignal.timeout((options.stopSeconds ?? STOP_SECONDS) * 1_000);
  return async ({ isStopping }) => {
    if (isStopping && time.aborted) await endAtOnce(options);
  };
}

async function endAtOnce(options: EmbeddedOptions): Promise<void> {
  try {
    await pgCtl(options, ["stop", "-m", "immediate", "-w"]);
  } catch (error) {
    if ((await serverProcess(options)) !== null) throw error;
  }
}
