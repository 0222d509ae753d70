CREATE TABLE IF NOT EXISTS tusk_queues (
    queue TEXT NOT NULL PRIMARY KEY,
    length INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tusk_queue_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    type TEXT NOT NULL,
    target TEXT,
    only_service TEXT,
    key TEXT,
    done TEXT NOT NULL,
    event TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS tusk_queue_events_queue ON tusk_queue_events (queue);
CREATE TABLE IF NOT EXISTS tusk_queue_services (
    queue TEXT NOT NULL,
    service TEXT NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (queue, service)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tusk_queue_deliveries (
    queue TEXT NOT NULL,
    service TEXT NOT NULL,
    seq INTEGER NOT NULL,
    key TEXT,
    attempts INTEGER NOT NULL,
    due INTEGER,
    done TEXT NOT NULL,
    PRIMARY KEY (queue, service, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tusk_queue_deliveries_due ON tusk_queue_deliveries (queue, service, due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS tusk_queue_deliveries_key ON tusk_queue_deliveries (queue, service, key, seq) WHERE key IS NOT NULL;
CREATE INDEX IF NOT EXISTS tusk_queue_deliveries_seq ON tusk_queue_deliveries (queue, seq);
CREATE TABLE IF NOT EXISTS tusk_queue_dead (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    service TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    error TEXT NOT NULL,
    at INTEGER NOT NULL,
    done TEXT NOT NULL,
    event TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS tusk_queue_dead_service ON tusk_queue_dead (queue, service);
