import type { PublicationConfig } from "../../src/model/publication.ts";

/** A publication of which the configuration says nothing beyond its name. */
export const PUBLICATION: PublicationConfig = {
  code: "waits",
  name: "Waits",
  canonical_manifest: "manifests/canonical/waits/waits_canonical.yaml",
  urls: [],
  files: { include: [], exclude: [] },
  tables: [],
  drift: { default: "evolve" },
  recheck_days: 35,
};
