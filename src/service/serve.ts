import { setTimeout as sleep } from "node:timers/promises";
import { createTask } from "node-cron";
import type { Config } from "../config/load.ts";
import { CanonryError } from "../model/errors.ts";
import type { EventSink } from "../model/events.ts";
import { loadConfigOf, type Outside, openWorld, type World } from "../pipeline/world.ts";
import { serveHealth } from "./health.ts";
import { type LogNeeds, logSink } from "./log.ts";
import { tick } from "./tick.ts";

/**
 * Runs the schedule until it is asked to stop by `outside.signal`. Nothing new is begun then; what commits
 * may finish within the grace, and what does not is cut off from the database, which undoes it. Throws what is
 * wrong with the configuration at the start, and SERVICE_PORT; whatever goes wrong later is logged, shown by the
 * health endpoint, and tried again.
 */
export async function serve(outside: Outside, log: LogNeeds): Promise<void> {
  const service = new Service(outside, log, await loadConfigOf(outside));
  await service.run();
}

class Service {
  private readonly outside: Outside;
  private readonly log: LogNeeds;
  private readonly console: EventSink;
  /** As it was read last without an error. */
  private config: Config;
  private configError: CanonryError | null = null;
  private world: World | null = null;
  private events: EventSink;
  private atWork: Promise<void> | null = null;

  constructor(outside: Outside, log: LogNeeds, config: Config) {
    this.outside = outside;
    this.log = log;
    this.console = logSink(log);
    this.events = this.console;
    this.config = config;
  }

  async run(): Promise<void> {
    const { service, schedule } = this.config.settings;
    const health = service.port === "off" ? null : await this.serveHealth(service.port);
    const detail = health === null ? "no health endpoint" : `${health.url}/health`;
    this.console.emit({ event: "service.started", detail });
    const ticks = createTask(`*/${schedule.tick_seconds} * * * * *`, () => this.beat(), {
      suppressMissedWarning: true,
    });
    try {
      if (!this.outside.signal.aborted) {
        this.beat();
        await ticks.start();
        await aborted(this.outside.signal);
      }
    } finally {
      await ticks.destroy();
      await this.stop();
      await health?.close();
    }
    this.console.emit({ event: "service.stopped", detail: "" });
  }

  private serveHealth(port: number): ReturnType<typeof serveHealth> {
    const { host } = this.config.settings.service;
    return serveHealth({ host, port }, () => ({
      world: this.world,
      configuration: this.configError?.code ?? null,
      stopping: this.outside.signal.aborted,
      now: this.log.now,
    }));
  }

  /** One at a time: a beat during a long job is none. */
  private beat(): void {
    if (this.atWork !== null || this.outside.signal.aborted) return;
    this.atWork = this.work()
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.atWork = null;
      });
  }

  private async work(): Promise<void> {
    await this.readConfig();
    this.world ??= await this.open();
    await tick(this.world, {
      by: "service",
      events: this.events,
      within: (job, jobRun) => logSink(this.log, { job, job_run: jobRun }),
    });
    await this.events.flush();
  }

  private async open(): Promise<World> {
    const world = await openWorld(this.outside);
    this.events = world.eventsOf(world.newId(), this.console);
    return world;
  }

  /** What was edited holds from the next beat on; what is not valid is told, and what was valid holds on. */
  private async readConfig(): Promise<void> {
    try {
      const config = await loadConfigOf(this.outside);
      this.configError = null;
      if (JSON.stringify(keyed(config)) === JSON.stringify(keyed(this.config))) return;
      this.config = config;
      await this.close();
    } catch (error) {
      if (!(error instanceof CanonryError)) throw error;
      if (this.configError?.message !== error.message) this.warn(error);
      this.configError = error;
    }
  }

  /** The next beat opens the world anew, and starts the embedded server if it is gone. */
  private async fail(error: unknown): Promise<void> {
    this.warn(error);
    await this.close().catch(() => undefined);
  }

  private warn(error: unknown): void {
    const known = error instanceof CanonryError;
    const message = known ? error.describe() : error instanceof Error ? (error.stack ?? "") : "";
    this.console.emit({ event: "warning", code: known ? error.code : "BUG", message });
  }

  private async close(): Promise<void> {
    const { world } = this;
    this.world = null;
    await this.events.flush().catch(() => undefined);
    await world?.close();
  }

  private async stop(): Promise<void> {
    const graceMs = this.config.settings.service.grace_seconds * 1000;
    const busy = this.atWork;
    this.console.emit({
      event: "service.stopping",
      detail: busy === null ? "nothing is at work" : `what is at work has ${graceMs / 1000} s`,
    });
    // What is cut off may go on to its next statement, and wait again.
    for (let patience = graceMs; !(await endsWithin(busy, patience)); patience = CUT_AGAIN_MS)
      await this.world?.database.cutShort().catch((error) => this.warn(error));
    await this.close().catch((error) => this.warn(error));
  }
}

/** Between two cuts at what does not end. */
const CUT_AGAIN_MS = 1_000;

async function endsWithin(work: Promise<void> | null, patienceMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(patienceMs, false, { signal: timer.signal }).catch(() => false);
  const ended = await Promise.race([Promise.resolve(work).then(() => true), late]);
  timer.abort();
  return ended;
}

function keyed({ settings, publications, modelKey }: Config): object {
  return { settings, publications, key: modelKey !== null };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}
