import { RETURN, liftFailure, liftString } from "./abi";
import { stringify } from "./codec";
import { Failure, __tuskThrow } from "./failure";
import * as imports from "./imports";
import * as layout from "./layout";
import { Result } from "./result";
import { sql } from "./sql";
import { time } from "./time";
import { wellFormed } from "./utf16";
import { Value } from "./value";

function text(value: string | null): string { return value == null ? "" : wellFormed(value); }

/** Events that services tell each other, through the queue that the file names under `[message_queue]`. */
// @ts-ignore: decorator
@global
export namespace events {
  /**
   * Adds an event to the queue and gives its id. The event stays there until it is handled, whatever is restarted.
   *
   * `data` is anything that can be JSON; an event has at most 256 KiB. `target` is the one service that it is for; without
   * it, every service that handles the type gets it. Events of one `key` are handled one after the other, in the order of
   * their publication. `id` is one's own, 1 to 256 bytes: publishing it again after a failure makes no second event for
   * handlers that use `once`.
   */
  export function publish<T>(event_type: string, data: T, target: string | null = null, key: string | null = null, id: string | null = null): string {
    return tryPublish<T>(event_type, data, target, key, id).value;
  }

  /** A failure's code is `full`, `unavailable`, `timeout` or `too-large`; after the two in the middle the event may be in the queue all the same. */
  export function tryPublish<T>(event_type: string, data: T, target: string | null = null, key: string | null = null, id: string | null = null): Result<string> {
    const name = wellFormed(event_type), json = wellFormed(stringify<T>(data));
    const to = text(target), line = text(key), own = text(id);
    imports.eventsPublish(
      changetype<usize>(name), name.length, changetype<usize>(json), json.length,
      i32(target != null), changetype<usize>(to), to.length, i32(key != null), changetype<usize>(line), line.length,
      i32(id != null), changetype<usize>(own), own.length, RETURN
    );
    if (load<u8>(RETURN)) return Result.failure<string>(liftFailure(RETURN + layout.Payload.eventsPublish));
    return Result.success<string>(liftString(RETURN + layout.Payload.eventsPublish));
  }

  /** `publish` for every service, or for one. */
  export function publish_event<T>(event_type: string, event_data: T, target_service: string | null = null): string {
    return publish<T>(event_type, event_data, target_service);
  }

  /**
   * True the first time that `id` is seen in a database: what a handler does in the same transaction is then done exactly
   * once, however often the event is delivered.
   *
   * Only between `sql.begin` and `sql.commit` does the note stay or go with the effect. The notes are in the table
   * `tusk_inbox` (`id`, and `at` in seconds since the Unix epoch), which is made when it is needed; delete old ones when
   * you like. Two handlers of one event that share a database need an id each: `event.get("id").asText() + "/mail"`.
   */
  export function once(database: string, id: string): bool {
    sql.execute(database, "CREATE TABLE IF NOT EXISTS tusk_inbox (id TEXT PRIMARY KEY, at BIGINT NOT NULL)");
    const note = "INSERT INTO tusk_inbox (id, at) VALUES (?, ?) ON CONFLICT DO NOTHING";
    return sql.execute(database, note, [Value.of(id), Value.of(time.now() / 1000)]).affected == 1;
  }
}
