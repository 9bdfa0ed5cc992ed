import type { Event, EventSink } from "../model/events.ts";
import type { Terminal } from "./terminal.ts";

/** Shows what a backfill is at, on a terminal only. */
export function progressSink(terminal: Terminal): EventSink {
  let total = 0;
  let done = 0;
  return {
    emit(event) {
      if (event.event === "backfill.started") total = event.releases;
      if (event.event === "release.finished") done++;
      const text = textOf(event);
      if (text !== null) terminal.progress(`[${done}/${total}] ${text}`);
    },
    flush: () => Promise.resolve(),
  };
}

function textOf(event: Event): string | null {
  switch (event.event) {
    case "stage.started":
      return `${event.publication} ${event.period}: ${event.stage}`;
    case "release.finished":
      return `${event.publication} ${event.period}: ${event.status}`;
    case "export.written":
      return `exported ${event.source}`;
    default:
      return null;
  }
}
