import { eventsPublish, timeNow } from "tusk:host";
import { stringify } from "./json.js";
import { trunc } from "./primordials.js";
import { sql } from "./sql.js";

const textOf = (value) => (value === undefined || value === null ? undefined : `${value}`);

function publish(type, data = null, options = {}) {
  const { target = undefined, key = undefined, id = undefined } = options ?? {};
  return eventsPublish(`${type}`, stringify(data) ?? "null", textOf(target), textOf(key), textOf(id));
}

/** Events that services tell each other, through the queue that the file names under `[message_queue]`. */
export const events = {
  publish,
  publish_event: (event_type, event_data = null, target_service = null) => publish(event_type, event_data, { target: target_service }),

  once(database, id) {
    sql.execute(database, "CREATE TABLE IF NOT EXISTS tusk_inbox (id TEXT PRIMARY KEY, at BIGINT NOT NULL)");
    const note = "INSERT INTO tusk_inbox (id, at) VALUES (?, ?) ON CONFLICT DO NOTHING";
    return sql.execute(database, note, [`${id}`, trunc(timeNow() / 1000)]).affected === 1;
  }
};
