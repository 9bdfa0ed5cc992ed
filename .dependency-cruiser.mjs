/**
 * The floors of the house. A module may import its own room and the floors below it.
 *   roof    cli  service
 *   3rd     pipeline                       (the only place that knows the order)
 *   2nd     stages/<room>  upkeep/<room>   (neighbours meet through data, never imports)
 *   1st     data-layer  database  formats  events  config  language-model
 *   ground  model                          (nouns and pure rules)
 */
const GROUND = "^src/model/";
const FIRST = "^src/(data-layer|database|formats|events|config|language-model)/";
const DOORS = "^src/(stages|upkeep)/[^/]+/index[.]ts$";
const floor = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: "^src/", pathNot: allowed },
});
/** Folders that are divided into rooms, each with those that it builds on; what stands beside the rooms is for all. */
const ROOMS = {
  "stages/draft": {
    lines: [],
    cores: ["lines"],
    header: ["lines", "cores"],
    totals: ["lines"],
    tables: ["lines", "cores", "header", "totals"],
    profile: ["lines", "tables"],
    plain: ["lines", "tables", "profile"],
  },
  pipeline: {
    home: ["manifests"],
    manifests: [],
    release: ["manifests"],
    plan: ["manifests", "release"],
    projections: ["manifests"],
    backup: ["projections"],
    vintages: ["projections", "release", "backup"],
    review: ["manifests", "release", "vintages"],
    upkeep: ["projections", "backup", "vintages"],
  },
  database: {
    schema: [],
    server: [],
    tables: [],
    checks: [],
    quarantine: ["tables"],
    ledger: ["tables", "quarantine"],
    load: ["tables", "checks", "quarantine", "ledger"],
    vintages: ["tables", "quarantine", "ledger", "load"],
    inquiry: ["tables", "quarantine", "ledger", "load", "vintages"],
    export: ["tables"],
    backup: ["tables", "load", "vintages"],
  },
  "data-layer": {
    home: [],
    scratch: [],
    s3: ["scratch"],
    storage: ["s3"],
    stores: ["scratch"],
  },
  model: {
    storage: [],
    period: [],
    manifest: ["period"],
    marks: ["manifest", "period"],
    digest: ["manifest"],
  },
};
const lookDown = ([folder, rooms]) =>
  Object.entries(rooms).map(([room, below]) => ({
    name: "rooms-look-down",
    comment: "A room knows only those that it builds on.",
    severity: "error",
    from: { path: `^src/${folder}/${room}/` },
    to: {
      path: `^src/${folder}/[^/]+/`,
      pathNot: `^src/${folder}/(${[room, ...below].join("|")})/`,
    },
  }));
const only = (name, room, path, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: "^src/", pathNot: room },
  to: { path },
});
/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    floor("model-imports-nothing", GROUND, [GROUND], "Move the rule down or the I/O up."),
    floor(
      "adapters-are-strangers",
      "^src/(data-layer|database|formats|events|config|language-model)/",
      [GROUND, "^src/$1/"],
      "Adapters know the model and the outside world, never each other.",
    ),
    floor(
      "rooms-are-strangers",
      "^src/(stages|upkeep)/([^/]+)/",
      [GROUND, FIRST, "^src/$1/$2/"],
      "Pass it through data; put the shared type in model/.",
    ),
    floor(
      "enter-by-the-door",
      "^src/pipeline/",
      [GROUND, FIRST, DOORS, "^src/pipeline/"],
      "The pipeline uses a room's index.ts only.",
    ),
    floor(
      "inquiry-only-reads",
      "^src/inquiry/",
      [GROUND, FIRST, "^src/stages/draft/index[.]ts$", "^src/inquiry/"],
      "Inquiries look through the adapters; what changes things is a stage.",
    ),
    floor(
      "roof-holds-no-rules",
      "^src/(cli|service)/",
      [GROUND, "^src/(events|config|pipeline|inquiry)/", "^src/service/index[.]ts$", "^src/$1/"],
      "Entry points parse, call the pipeline, and print.",
    ),
    only(
      "files-only-in-data-layer",
      "^src/data-layer/",
      "^(node:)?fs(/promises)?$|node_modules/@aws-sdk/",
      "All file access goes through Paths + DataLayer.",
    ),
    only(
      "sql-only-in-database",
      "^src/database/",
      "node_modules/(pg|pg-copy-streams|postgres|drizzle-orm)/",
      "SQL lives in database/.",
    ),
    ...Object.entries(ROOMS).flatMap(lookDown),
    {
      name: "plans-are-pure",
      severity: "error",
      comment:
        "plan.ts decides from what survey.ts read. It may not reach the world, even through a helper.",
      from: { path: "^src/(stages|upkeep)/.*/(plan|decide|[a-z]+-plan)[.]ts$" },
      to: {
        path: [FIRST, "^(node:)?(fs|net|http|https|child_process)", "node_modules/"],
        reachable: true,
      },
    },
    {
      name: "no-circular",
      severity: "error",
      comment: "Split the shared part down a floor.",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphans",
      severity: "error",
      comment: "Nothing reaches this module: delete it.",
      from: { orphan: true },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
