import { keepServer, runningServer, stopServer } from "../../database/server/embedded-server.ts";
import { CanonryError } from "../../model/errors.ts";
import { embeddedOptions, homeOf, loadConfigOf, type Outside, openWorld } from "../world.ts";

/**
 * Starts the embedded server of the home and keeps it running; its URL. An external one is only named. In
 * both the schemas stand afterwards.
 */
export async function startDatabase(outside: Outside): Promise<string> {
  const [paths, config] = [await homeOf(outside), await loadConfigOf(outside)];
  const url = config.settings.database.url ?? (await keepServer(embeddedOptions(paths, config)));
  await (await openWorld(outside)).close();
  return url;
}

/** False if it was not running. */
export async function stopDatabase(outside: Outside): Promise<boolean> {
  const [paths, config] = [await homeOf(outside), await loadConfigOf(outside)];
  if (config.settings.database.url !== null) {
    throw new CanonryError("USAGE", "the database is external: it is not stopped from here");
  }
  return stopServer(embeddedOptions(paths, config));
}

/** Throws DATABASE_UNAVAILABLE if it is not running. */
export async function databaseUrl(outside: Outside): Promise<string> {
  const [paths, config] = [await homeOf(outside), await loadConfigOf(outside)];
  const url = config.settings.database.url ?? (await runningServer(embeddedOptions(paths, config)));
  if (url === null)
    throw new CanonryError("DATABASE_UNAVAILABLE", "the embedded server is not running");
  return url;
}
