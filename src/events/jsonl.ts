import type { Event, EventSink } from "../model/events.ts";

export interface JsonlNeeds {
  /** Appends lines to the log of a run, durably. */
  append(date: string, runId: string, lines: string): Promise<void>;
  now(): Date;
  newId(): string;
}

const SCHEMA = "canonry/event@1";

/** Events of one run as lines of JSON; also shown to `watch`. What cannot be written is reported by `flush`. */
export function jsonlSink(runId: string, watch: EventSink, needs: JsonlNeeds): EventSink {
  let sequence = 0;
  let lines = "";
  return {
    emit(event: Event) {
      watch.emit(event);
      sequence++;
      const head = {
        schema: SCHEMA,
        at: needs.now().toISOString(),
        id: needs.newId(),
        run_id: runId,
        sequence,
      };
      lines += `${JSON.stringify({ ...head, ...event })}\n`;
    },
    async flush() {
      const text = lines;
      lines = "";
      if (text !== "") await needs.append(needs.now().toISOString().slice(0, 10), runId, text);
    },
  };
}
