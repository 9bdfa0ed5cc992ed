import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastInstant, nextInstant, type Rota } from "../../src/model/period/cron.ts";
import {
  decideJob,
  type JobFacts,
  type JobRun,
  type JobRunStatus,
  MOST_ATTEMPTS,
  RETRY_AFTER_MINUTES,
  standingOf,
  type Verdict,
} from "../../src/model/period/schedule.ts";

const RUN: JobRun = {
  job_run_id: 1,
  job: "verify",
  due_at: "2025-11-30T03:00:00.000Z",
  attempt: 1,
  status: "succeeded",
  retryable: false,
  by: "service",
  host: "here",
  pid: 1,
  started_at: "2025-11-30T03:00:10.000Z",
  finished_at: "2025-11-30T03:01:00.000Z",
  exit: 0,
  code: null,
  detail: "",
};

const FACTS: JobFacts = {
  job: "verify",
  now: "2025-11-30T03:05:00.000Z",
  due_at: RUN.due_at,
  next_at: "2025-12-01T03:00:00.000Z",
  since: "2025-01-01T00:00:00.000Z",
  runs: [],
};

const failed: JobRun = { ...RUN, status: "failed", retryable: true, exit: 5 };

/** What happens when an attempt is made: it ends, or its process is killed. */
const OUTCOMES = ["succeeded", "attention", "failed", "refused", "killed"] as const;
type Outcome = (typeof OUTCOMES)[number];

interface Step {
  readonly minutes: number;
  readonly services: number;
  readonly outcomes: readonly Outcome[];
}

const steps = fc.array(
  fc.record({
    // Beats by the minute, retries by the hour, and weeks of sleep.
    minutes: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 20_000 })),
    services: fc.integer({ min: 1, max: 3 }),
    outcomes: fc.array(fc.constantFrom(...OUTCOMES), { minLength: 3, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 60 },
);

const rotas = fc.record<Rota>({
  expression: fc.constantFrom("30 2 * * *", "0 * * * *", "0 4 * * 0", "0 4 1 * *", "*/20 * * * *"),
  timeZone: fc.constantFrom("UTC", "Europe/London", "America/New_York"),
});

function factsAt(of: Rota, now: Date, runs: readonly JobRun[]): JobFacts {
  return {
    job: "verify",
    now: now.toISOString(),
    due_at: lastInstant(of, now)?.toISOString() ?? null,
    next_at: nextInstant(of, now)?.toISOString() ?? null,
    since: runs.at(-1)?.started_at ?? null,
    runs,
  };
}

const STATUS: Readonly<Record<Outcome, JobRunStatus>> = {
  succeeded: "succeeded",
  attention: "attention",
  failed: "failed",
  refused: "failed",
  killed: "running",
};

/** Several services beat one after the other; gives the runs of each beat, newest first in `history`. */
function live(
  of: Rota,
  walk: readonly Step[],
  decide: (facts: JobFacts) => Verdict,
): { readonly history: readonly JobRun[]; readonly beats: readonly (readonly JobRun[])[] } {
  let now = new Date("2026-02-27T12:34:56Z");
  let history: JobRun[] = [];
  const beats: JobRun[][] = [];
  for (const { minutes, services, outcomes } of walk) {
    now = new Date(now.getTime() + minutes * 60_000);
    const begun: JobRun[] = [];
    for (let service = 0; service < services; service++) {
      const at = now.toISOString();
      history = history.map((run) =>
        run.status === "running" ? { ...run, status: "interrupted", finished_at: at } : run,
      );
      const verdict = decide(factsAt(of, now, history));
      if (verdict.verdict !== "run") continue;
      const outcome = outcomes[service] ?? "succeeded";
      const run: JobRun = {
        ...RUN,
        job_run_id: history.length + 1,
        due_at: verdict.due_at,
        attempt: verdict.attempt,
        status: STATUS[outcome],
        retryable: outcome === "failed",
        started_at: at,
        finished_at: outcome === "killed" ? null : at,
      };
      history = [run, ...history];
      begun.push(run);
    }
    beats.push(begun);
  }
  return { history, beats };
}

/** Throws if a decider breaks a promise. */
function check(of: Rota, walk: readonly Step[], decide: (facts: JobFacts) => Verdict): void {
  const { history, beats } = live(of, walk, decide);
  const inOrder = history.toReversed();
  const begun = new Map<string, JobRun[]>();
  let latest = "";
  for (const run of inOrder) {
    const due = run.due_at ?? "";
    // Never before it is due, and only when it is due.
    expect(due <= run.started_at).toBe(true);
    expect(lastInstant(of, new Date(due))?.toISOString()).toBe(due);
    // Never an earlier one after a later one, and never one that was passed over.
    expect(due >= latest).toBe(true);
    expect(due).toBe(lastInstant(of, new Date(run.started_at))?.toISOString());
    latest = due;
    const before = begun.get(due) ?? [];
    // Never twice: not after a success, nor after what no attempt can mend, and not without end.
    expect(before.map((one) => one.status)).not.toContain("succeeded");
    expect(before.map((one) => one.status)).not.toContain("attention");
    expect(before.filter((one) => one.status === "failed" && !one.retryable)).toEqual([]);
    expect(before.length).toBeLessThan(MOST_ATTEMPTS);
    expect(before.map((one) => one.attempt)).not.toContain(run.attempt);
    begun.set(due, [...before, run]);
  }
  // However long the sleep was: one catch-up.
  for (const beat of beats) expect(new Set(beat.map((run) => run.due_at)).size).toBeLessThan(2);
}

describe("law: each due instant once, none before its time, one catch-up", () => {
  test("whatever fails, is killed or sleeps", () => {
    fc.assert(
      fc.property(rotas, steps, (of, walk) => check(of, walk, decideJob)),
      { numRuns: 150 },
    );
  });

  test("and what is due is done by the first beat that finds it so", () => {
    const well = steps.map((walk) =>
      walk.map((step) => ({ ...step, outcomes: ["succeeded" as const] })),
    );
    fc.assert(
      fc.property(rotas, well, (of, walk) => {
        const { history } = live(of, walk, decideJob);
        const [last] = history;
        const minutes = walk.reduce((sum, one) => sum + one.minutes, 0);
        const now = new Date(Date.parse("2026-02-27T12:34:56Z") + minutes * 60_000);
        expect(last?.due_at).toBe(lastInstant(of, now)?.toISOString());
        expect(standingOf(factsAt(of, now, history)).state).toBe("well");
      }),
      { numRuns: 50 },
    );
  });

  const PLANTED: Readonly<Record<string, (facts: JobFacts) => Verdict>> = {
    "forgets successes": (facts) =>
      decideJob({ ...facts, runs: facts.runs.filter((run) => run.status !== "succeeded") }),
    "works before the time": (facts) =>
      facts.next_at === null
        ? decideJob(facts)
        : decideJob({ ...facts, due_at: facts.next_at, now: facts.next_at }),
    "tries without end": (facts) =>
      decideJob({ ...facts, runs: facts.runs.map((run) => ({ ...run, attempt: 1 })) }),
    "catches up with all that it missed": (facts) =>
      decideJob({
        ...facts,
        due_at:
          facts.runs[0] === undefined
            ? facts.due_at
            : (nextInstant(
                { expression: "0 * * * *", timeZone: "UTC" },
                new Date(facts.runs[0].due_at ?? ""),
              )?.toISOString() ?? null),
      }),
  };
  test.each(Object.keys(PLANTED))("a decider that %s is caught", (name) => {
    const decide = PLANTED[name] ?? decideJob;
    expect(() =>
      fc.assert(
        fc.property(rotas, steps, (of, walk) => check(of, walk, decide)),
        { numRuns: 150 },
      ),
    ).toThrow(/Property failed/);
  });
});

describe("what fails", () => {
  const at = (minutes: number, runs: readonly JobRun[]): Verdict => {
    const now = Date.parse(runs[0]?.finished_at ?? FACTS.now) + minutes * 60_000;
    return decideJob({ ...FACTS, now: new Date(now).toISOString(), runs });
  };
  const tried = (n: number): JobRun[] =>
    Array.from({ length: n }, (_, index) => ({ ...failed, attempt: n - index }));

  test.each(RETRY_AFTER_MINUTES.map((minutes, n) => [n + 1, minutes]))(
    "after %i failures is tried again %i minutes later",
    (n, minutes) => {
      expect(at(minutes - 1, tried(n))).toMatchObject({ verdict: "wait" });
      expect(at(minutes, tried(n))).toMatchObject({ verdict: "run", attempt: n + 1 });
    },
  );

  test("is given up then, until the next instant", () => {
    expect(at(10_000, tried(MOST_ATTEMPTS))).toMatchObject({
      verdict: "wait",
      until: FACTS.next_at,
      reason: expect.stringContaining("given up") as unknown,
    });
  });

  test("and would fail again is not tried again", () => {
    expect(at(10_000, [{ ...failed, retryable: false }])).toMatchObject({ verdict: "wait" });
  });

  test("was killed: tried again at once", () => {
    expect(at(0, [{ ...failed, status: "interrupted" }])).toMatchObject({
      verdict: "run",
      attempt: 2,
    });
  });
});

describe("how a job stands", () => {
  const state = (facts: Partial<JobFacts>): string => standingOf({ ...FACTS, ...facts }).state;
  const late = "2025-11-30T06:00:00.000Z";
  test.each([
    ["due", {}],
    ["overdue", { now: late }],
    ["due", { now: late, since: null }],
    ["due", { now: late, since: "2025-11-30T05:50:00.000Z" }],
    ["well", { runs: [RUN], now: late }],
    ["attention", { runs: [{ ...RUN, status: "attention" as const, exit: 4 }] }],
    ["failed", { runs: [failed] }],
    ["failed", { runs: [failed, { ...RUN, due_at: "2025-11-29T03:00:00.000Z" }], now: late }],
    ["well", { runs: [{ ...RUN, due_at: null, started_at: late }, failed], now: late }],
    ["running", { runs: [{ ...RUN, status: "running" as const, finished_at: null }] }],
    [
      "overdue",
      {
        runs: [{ ...RUN, status: "running" as const, finished_at: null }],
        now: "2025-12-02T06:00:00.000Z",
      },
    ],
    ["off", { due_at: null, next_at: null }],
  ])("%s", (expected, facts) => {
    expect(state(facts)).toBe(expected);
  });
});
