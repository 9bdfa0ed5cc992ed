/** Where a run can be killed: right before or after the nth operation of a name (test/support/faults.mjs). */
export interface CrashPoint {
  readonly area: string;
  readonly at: string;
  readonly nth: number;
  readonly when: "before" | "after" | "during";
  /** Place of the operation in the undisturbed run. */
  readonly order: number;
}

export type Victim = "self" | "backend" | "postmaster";

const AREAS: readonly (readonly [RegExp, string])[] = [
  [/^exec | data\/database/, "server"],
  [/^sync (?:home|data|manifests|tmp|tmp\/manifests)$/, "new folders"],
  [
    /^sql (?:create|alter|drop) .*(?:ops|_release|_source|_publication| on$| index$)|ops\.migration|create schema/,
    "migrate",
  ],
  [/data\/acquire|ops\.(?:link|artifact)$/, "acquire"],
  [/^rm tmp\/manifests\/RUN\/[^.]*$/, "end of run"],
  [/tmp\/manifests\/RUN(?:\/\.?draft|$)/, "draft"],
  [/tmp\/manifests\/RUN\/\.?enriched/, "enrich"],
  [
    /tmp\/manifests\/RUN\/canonical|ops\.(?:manifest|contract|source|generation|publication)$/,
    "canonicalize",
  ],
  [/tmp\/scratch|data\/exports|ops\.export|^sql copy \(?select/, "export"],
  [/data\/state/, "state"],
  [/ manifests\//, "manifest"],
  [/data\/logs/, "events"],
  [/ops\.(?:run|release|outcome|drift|quarantine)$/, "run"],
  [/^copy chunk|^sql /, "load"],
];

export const areaOf = (name: string): string =>
  AREAS.find(([pattern]) => pattern.test(name))?.[1] ?? "other";

/** Operations that change nothing: to be killed there is to be killed at the next one that does. */
const CHANGES =
  /^(?:open new|write|writeFile|sync|rename|link|rm|appendFile|exec|copy) |^sql (?!select from|select 1)/;

/**
 * The points of a recorded run: each operation by name, the first and the last of them (of commits and chunks of
 * a COPY every one), before and after. */
export function pointsOf(recorded: readonly string[]): readonly CrashPoint[] {
  const places = new Map<string, number[]>();
  recorded.forEach((name, order) => {
    if (CHANGES.test(name) && !/ outside$/.test(name))
      places.set(name, [...(places.get(name) ?? []), order]);
  });
  return [...places].flatMap(([at, orders]) => {
    const every = /^sql commit|^copy chunk/.test(at);
    const chosen = every ? orders.keys() : new Set([0, orders.length - 1]);
    const moments = at.startsWith("exec ")
      ? (["before", "during", "after"] as const)
      : (["before", "after"] as const);
    return [...chosen].flatMap((index) =>
      moments.map((when) => ({
        area: areaOf(at),
        at,
        nth: index + 1,
        when,
        order: orders[index] ?? 0,
      })),
    );
  });
}

export const nameOf = ({ area, at, nth, when }: CrashPoint): string =>
  `${area}: ${when} ${at} #${nth}`;

/** Numbers from a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface CrashCase {
  readonly point: CrashPoint;
  readonly victim: Victim;
  /** Where the runs that recover are killed in turn. */
  readonly again: readonly CrashPoint[];
}

export const caseName = ({ point, victim, again }: CrashCase): string =>
  [`${victim} killed, ${nameOf(point)}`, ...again.map(nameOf)].join(", then ");

/** Each point with each victim that it has, in an order that the seed gives; every area comes early. */
export function casesOf(points: readonly CrashPoint[], seed: number): readonly CrashCase[] {
  const random = randomOf(seed);
  const shuffled = points.map((point) => ({ point, key: random() })).sort((a, b) => a.key - b.key);
  const rounds = new Map<string, number>();
  const cases = shuffled.flatMap(({ point }) => {
    const sql = /^sql |^copy /.test(point.at);
    const victims: readonly Victim[] = sql
      ? ["self", "backend", "postmaster"]
      : ["self", "postmaster"];
    return victims.map((victim) => {
      const kind = `${point.area} ${victim}`;
      const round = rounds.get(kind) ?? 0;
      rounds.set(kind, round + 1);
      const again = round % 2 === 0 ? laterPoints(points, point, random) : [];
      return { point, victim, again, round };
    });
  });
  return cases.sort((a, b) => a.round - b.round);
}

/** Two points, each behind the one before; fewer at the end of a run. */
function laterPoints(
  points: readonly CrashPoint[],
  first: CrashPoint,
  random: () => number,
): readonly CrashPoint[] {
  const chosen: CrashPoint[] = [];
  for (let order = first.order; chosen.length < 2; ) {
    const later = points.filter((one) => one.order > order);
    const next = later[Math.floor(random() * later.length)];
    if (next === undefined) break;
    chosen.push(next);
    order = next.order;
  }
  return chosen;
}

export interface FailingCase {
  readonly at: string;
  readonly nth: number;
  readonly fail: "EIO" | "ENOSPC" | "short";
}

/** Every operation on files of a recorded run, by name, as one that fails: the first of them, and the last. */
export function failingCasesOf(recorded: readonly string[], seed: number): readonly FailingCase[] {
  const counts = new Map<string, number>();
  for (const name of recorded) {
    if (!/^(?:sql|copy|exec) | outside$/.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const random = randomOf(seed);
  return [...counts]
    .flatMap(([at, count]) => {
      const fails: FailingCase["fail"][] =
        /^(?:open new|write\w*|mkdir|rename|link|sync|appendFile) /.test(at)
          ? ["EIO", "ENOSPC", ...(at.startsWith("write ") ? (["short"] as const) : [])]
          : ["EIO"];
      return fails.flatMap((fail) =>
        [...new Set([1, count])].map((nth) => ({ at, nth, fail, key: random() })),
      );
    })
    .sort((a, b) => a.key - b.key)
    .map(({ at, nth, fail }) => ({ at, nth, fail }));
}
