-- Times are milliseconds since 1970, UTC.

-- One row for each release. `number` is what people call it (R-1, R-2, …); numbers of removed releases never come back.
CREATE TABLE releases (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    application TEXT NOT NULL,
    environment TEXT NOT NULL,
    namespace TEXT NOT NULL,
    workload TEXT NOT NULL,
    from_label TEXT NOT NULL,
    to_label TEXT NOT NULL,
    started_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    created INTEGER NOT NULL,
    ended INTEGER,
    stage TEXT NOT NULL,
    -- 1 while an intent waits for its outcome.
    unsettled INTEGER NOT NULL DEFAULT 0,
    -- 1 if it came from a file: shown, never driven.
    imported INTEGER NOT NULL DEFAULT 0,
    -- What the search looks through, in lower case.
    haystack TEXT NOT NULL,
    operations INTEGER NOT NULL,
    last_operation TEXT,
    last_operation_seq INTEGER NOT NULL DEFAULT 0,
    -- The release's state now, JSON.
    state TEXT NOT NULL
);
CREATE INDEX releases_unfinished ON releases (number) WHERE imported = 0 AND (ended IS NULL OR unsettled = 1);
CREATE INDEX releases_application ON releases (application, number);

-- What never or seldom changes, apart from the row that every step rewrites.
CREATE TABLE dossiers (
    release INTEGER PRIMARY KEY REFERENCES releases (number) ON DELETE CASCADE,
    -- The release's state when it was written down first, JSON.
    opened TEXT NOT NULL,
    -- The dossier without release, manifests and operations, JSON.
    body TEXT NOT NULL
);

-- Whole manifests and pod templates, JSON, zstd; the key is the SHA-256 of the JSON.
CREATE TABLE manifests (
    sha256 BLOB PRIMARY KEY,
    body BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE release_manifests (
    release INTEGER NOT NULL REFERENCES releases (number) ON DELETE CASCADE,
    -- before, new, other
    role TEXT NOT NULL,
    -- The template hash for `other`, else empty.
    key TEXT NOT NULL,
    sha256 BLOB NOT NULL REFERENCES manifests (sha256),
    PRIMARY KEY (release, role, key)
) WITHOUT ROWID;
CREATE INDEX release_manifests_sha256 ON release_manifests (sha256);

-- What happened, in the order in which it was written: steps (the keys of the state that changed), records, intents, outcomes.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    release INTEGER NOT NULL REFERENCES releases (number) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    operation TEXT,
    body TEXT NOT NULL
);
CREATE INDEX events_release ON events (release, seq);
CREATE INDEX events_acts ON events (release, operation) WHERE operation IS NOT NULL;

-- Samples and snapshots that came lately; `n` counts within a series.
CREATE TABLE samples (
    release INTEGER NOT NULL REFERENCES releases (number) ON DELETE CASCADE,
    series TEXT NOT NULL,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (release, series, n)
) WITHOUT ROWID;

-- Older ones, many in one row: a JSON array of [at, body], zstd.
CREATE TABLE chunks (
    release INTEGER NOT NULL REFERENCES releases (number) ON DELETE CASCADE,
    series TEXT NOT NULL,
    first_n INTEGER NOT NULL,
    last_n INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (release, series, first_n)
);

CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    release INTEGER NOT NULL REFERENCES releases (number) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    text TEXT NOT NULL,
    moment INTEGER,
    haystack TEXT NOT NULL
);
CREATE INDEX notes_release ON notes (release, id);

CREATE TABLE environments (
    id TEXT PRIMARY KEY,
    as_of INTEGER NOT NULL,
    body BLOB NOT NULL
);

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE drafts (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    body TEXT NOT NULL
);
