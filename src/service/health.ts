import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { lastProvenRestore } from "../inquiry/backups.ts";
import { type JobLine, schedule } from "../inquiry/schedule.ts";
import { CanonryError } from "../model/errors.ts";
import type { JobRun } from "../model/period/schedule.ts";
import type { World } from "../pipeline/world.ts";

/** What the endpoint is asked about. */
export interface HealthOf {
  /** Null while the database cannot be reached. */
  readonly world: World | null;
  /** Code of the error that the configuration has; null: none. */
  readonly configuration: string | null;
  readonly stopping: boolean;
  now(): Date;
}

interface Answer {
  readonly status: 200 | 503;
  readonly body: object;
}

/** By path. */
type Answers = ReadonlyMap<string, () => Promise<Answer>>;

/** Longest wait for the database. */
const PATIENCE_MS = 3_000;
/** However often it is asked, the database is asked once in this time; the store of backups, in the other. */
const FRESH_MS = 1_000;
const BACKUPS_FRESH_MS = 60_000;
/** More at once are turned away. */
const MOST_CONNECTIONS = 32;
/** For whoever asks slowly. */
const LIMITS = {
  headersTimeout: PATIENCE_MS,
  requestTimeout: 2 * PATIENCE_MS,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8_192,
};

/** `/health` and `/ready`. Throws SERVICE_PORT if the address cannot be had; gives the address. */
export async function serveHealth(
  address: { readonly host: string; readonly port: number },
  of: () => HealthOf,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const proven = kept(BACKUPS_FRESH_MS, () => provenAt(of().world));
  const answers: Answers = new Map([
    ["/health", kept(FRESH_MS, async () => health(of(), await proven()))],
    ["/ready", kept(FRESH_MS, () => ready(of()))],
  ]);
  const server = createServer(LIMITS, (request, response) => {
    answer(request, response, answers).catch(() => response.destroy());
  });
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, address);
  return {
    url: urlOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const seen = `${host}:${port}: ${error.code ?? error.message}`;
      reject(new CanonryError("SERVICE_PORT", seen, { key: "service.port" }));
    });
    server.listen(port, host, () => {
      // Too many open files, say: it goes on listening.
      server.on("error", () => undefined);
      resolve();
    });
  });
}

function urlOf(server: Server): string {
  const address = server.address();
  if (typeof address !== "object" || address === null) return "";
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  answers: Answers,
): Promise<void> {
  const give = answers.get((request.url ?? "").split("?")[0] ?? "");
  const asks = request.method === "GET" || request.method === "HEAD";
  const { status, body } =
    give === undefined
      ? { status: 404, body: { error: "not found: /health, /ready" } }
      : asks
        ? await give()
        : { status: 405, body: { error: "only GET and HEAD" } };
  const text = `${JSON.stringify(body, null, 2)}\n`;
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    connection: "close",
  });
  response.end(request.method === "HEAD" ? undefined : text);
}

/** Who asks while an answer is being made, or within `freshMs` after, gets the same one. */
function kept<Value>(freshMs: number, make: () => Promise<Value>): () => Promise<Value> {
  let current: Promise<Value> | null = null;
  return () => {
    if (current !== null) return current;
    const made = make();
    current = made;
    const forget = async (): Promise<void> => {
      await sleep(freshMs, undefined, { ref: false });
      current = null;
    };
    made.then(forget, forget);
    return made;
  };
}

async function ready({ world, stopping }: HealthOf): Promise<Answer> {
  const reachable = world !== null && (await within(world.databaseNow())) !== null;
  const isReady = reachable && !stopping;
  return { status: isReady ? 200 : 503, body: { ready: isReady } };
}

/** When a backup was last restored and compared; null: never, or nobody can say. */
async function provenAt(world: World | null): Promise<string | null> {
  const proven = world === null ? null : await within(lastProvenRestore(world));
  return proven?.last?.proved_at ?? null;
}

async function health(
  { world, configuration, stopping, now }: HealthOf,
  proven: string | null,
): Promise<Answer> {
  const jobs =
    world === null
      ? null
      : await within(world.databaseNow().then((instant) => schedule(world, instant)));
  const wrong = [
    ...(stopping ? ["stopping"] : []),
    ...(jobs === null ? ["database unreachable"] : []),
    ...(configuration === null ? [] : [`configuration ${configuration}`]),
    ...(jobs ?? []).filter(isWrong).map((one) => `${one.job} ${one.state}`),
  ];
  return {
    status: wrong.length === 0 ? 200 : 503,
    body: {
      status: wrong.length === 0 ? "well" : "unwell",
      at: now().toISOString(),
      wrong,
      database: jobs === null ? "unreachable" : "reachable",
      configuration: configuration ?? "valid",
      last_proven_restore: proven,
      jobs: (jobs ?? []).map(told),
    },
  };
}

function isWrong({ state }: JobLine): boolean {
  return state === "failed" || state === "overdue";
}

/** No words of errors: they may quote addresses and paths. */
function told({ job, state, next_at, last, last_success: success }: JobLine): object {
  return {
    job,
    state,
    next_at,
    last: last === null ? null : attemptOf(last),
    last_success_at: success?.finished_at ?? null,
  };
}

function attemptOf({
  status,
  due_at,
  attempt,
  started_at,
  finished_at,
  exit,
  code,
}: JobRun): object {
  return { status, due_at, attempt, started_at, finished_at, exit, code };
}

/** Null if it fails, or takes too long. */
async function within<Value>(asked: Promise<Value>): Promise<Value | null> {
  const timer = new AbortController();
  const late = sleep(PATIENCE_MS, null, { signal: timer.signal, ref: false }).catch(() => null);
  try {
    return await Promise.race([asked.catch(() => null), late]);
  } finally {
    timer.abort();
  }
}
