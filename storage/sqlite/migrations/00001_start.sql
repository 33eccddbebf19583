-- Times are microseconds since 1970, 0 for none; booleans are 0 and 1. Tables
-- with small rows are clustered by their key; those with large rows are not,
-- for a large row in an index page overflows.

-- +goose Up
CREATE TABLE deliveries (
    tenant   TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    received INTEGER NOT NULL,
    decided  INTEGER NOT NULL,
    decision TEXT    NOT NULL,
    ack      BLOB,
    type     TEXT    NOT NULL,
    size     INTEGER NOT NULL,
    error    TEXT    NOT NULL,
    -- of which message and whom the acknowledgement tells; only set with one
    channel  TEXT    NOT NULL,
    message  TEXT    NOT NULL,
    person   TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX deliveries_received ON deliveries (tenant, received);
CREATE INDEX deliveries_message ON deliveries (tenant, channel, message) WHERE message <> '';
CREATE INDEX deliveries_person ON deliveries (tenant, person) WHERE person <> '';

CREATE TABLE messages (
    tenant   TEXT    NOT NULL,
    channel  TEXT    NOT NULL,
    key      TEXT    NOT NULL,
    thread   TEXT    NOT NULL,
    author   TEXT    NOT NULL,
    revision INTEGER NOT NULL,
    asked    INTEGER NOT NULL,
    spoken   INTEGER NOT NULL,
    deleted  INTEGER NOT NULL,
    case_id  TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    version  INTEGER NOT NULL,
    guest    INTEGER NOT NULL, -- 0 when its author is that of its case, through which it is found
    PRIMARY KEY (tenant, channel, key)
) WITHOUT ROWID;
CREATE INDEX messages_guest ON messages (tenant, author) WHERE guest = 1;
CREATE INDEX messages_case ON messages (tenant, case_id) WHERE case_id <> '';
CREATE INDEX messages_loose ON messages (tenant, at) WHERE case_id = '';

CREATE TABLE cases (
    seq          INTEGER PRIMARY KEY,
    tenant       TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    thread       TEXT    NOT NULL,
    author       TEXT    NOT NULL,
    private      INTEGER NOT NULL,
    asked        INTEGER NOT NULL,
    state        TEXT    NOT NULL,
    verdict      TEXT    NOT NULL,
    failure_mode TEXT    NOT NULL,
    mode_version INTEGER NOT NULL,
    base         TEXT    NOT NULL,
    fingerprint  TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    excerpt      TEXT    NOT NULL,
    answers      TEXT    NOT NULL,
    swept        INTEGER NOT NULL,
    received     INTEGER NOT NULL,
    decided      INTEGER NOT NULL,
    sent         INTEGER NOT NULL,
    first_human  INTEGER NOT NULL,
    resolved_at  INTEGER NOT NULL,
    updated      INTEGER NOT NULL,
    version      INTEGER NOT NULL
);
CREATE UNIQUE INDEX cases_id ON cases (tenant, id);
CREATE INDEX cases_thread ON cases (tenant, channel, thread, received);
CREATE INDEX cases_author ON cases (tenant, author, received);
CREATE INDEX cases_fingerprint ON cases (tenant, fingerprint, received) WHERE fingerprint <> '';
CREATE INDEX cases_received ON cases (tenant, swept, received);

CREATE TABLE observations (
    seq      INTEGER PRIMARY KEY,
    tenant   TEXT    NOT NULL,
    case_id  TEXT    NOT NULL,
    message  TEXT    NOT NULL,
    author   TEXT    NOT NULL,
    revision INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    guest    INTEGER NOT NULL, -- as in messages
    data     BLOB
);
CREATE UNIQUE INDEX observations_message ON observations (tenant, case_id, message);
CREATE INDEX observations_guest ON observations (tenant, author) WHERE guest = 1;

CREATE TABLE outbox (
    seq        INTEGER PRIMARY KEY,
    tenant     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    once       TEXT    NOT NULL,
    case_id    TEXT    NOT NULL,
    platform   TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    thread     TEXT    NOT NULL,
    person     TEXT    NOT NULL,
    private    INTEGER NOT NULL,
    message    TEXT    NOT NULL,
    reply_by   INTEGER NOT NULL,
    replaces   TEXT    NOT NULL,
    rewritten  TEXT    NOT NULL, -- id of the row that last overwrote this one's reply
    fleeting   INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    attempts   INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    owner      TEXT    NOT NULL,
    until      INTEGER NOT NULL,
    unsure     INTEGER NOT NULL,
    target     TEXT    NOT NULL,
    sent_as    TEXT    NOT NULL,
    sent_at    INTEGER NOT NULL,
    error      TEXT    NOT NULL,
    reply_to   BLOB,             -- sealed
    reply      BLOB
);
CREATE UNIQUE INDEX outbox_id ON outbox (tenant, id);
CREATE UNIQUE INDEX outbox_once ON outbox (tenant, once) WHERE once <> '';
CREATE INDEX outbox_pending ON outbox (platform, not_before, seq) WHERE state = 'pending';
CREATE INDEX outbox_leased ON outbox (platform, until) WHERE state = 'leased';
CREATE INDEX outbox_thread ON outbox (tenant, channel, thread, seq) WHERE state IN ('pending','leased');
CREATE INDEX outbox_case ON outbox (tenant, case_id, seq) WHERE case_id <> '';
CREATE INDEX outbox_loose ON outbox (tenant, created) WHERE case_id = '';
CREATE INDEX outbox_message ON outbox (tenant, channel, message) WHERE case_id = '' AND message <> '';
CREATE INDEX outbox_person ON outbox (tenant, person) WHERE person <> '';

CREATE TABLE votes (
    tenant       TEXT    NOT NULL,
    case_id      TEXT    NOT NULL,
    person       TEXT    NOT NULL,
    failure_mode TEXT    NOT NULL,
    mode_version INTEGER NOT NULL,
    value        TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (tenant, case_id, person)
) WITHOUT ROWID;
CREATE INDEX votes_failure_mode ON votes (tenant, failure_mode, mode_version, value);
CREATE INDEX votes_person ON votes (tenant, person);

CREATE TABLE settings (
    tenant  TEXT    NOT NULL,
    channel TEXT    NOT NULL,
    data    BLOB,
    set_by  TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant, channel)
);

CREATE TABLE audits (
    seq     INTEGER PRIMARY KEY,
    tenant  TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    detail  TEXT    NOT NULL
);
CREATE INDEX audits_at ON audits (tenant, at, seq);

CREATE TABLE sightings (
    tenant      TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL,
    width       INTEGER NOT NULL, -- of the span, in microseconds
    start       INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    PRIMARY KEY (tenant, fingerprint, width, start)
) WITHOUT ROWID;
CREATE INDEX sightings_start ON sightings (tenant, start);

CREATE TABLE unrecognised (
    tenant      TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    excerpt     TEXT    NOT NULL,
    first_seen  INTEGER NOT NULL,
    last_seen   INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    -- where the excerpt is from
    from_channel TEXT   NOT NULL,
    from_message TEXT   NOT NULL,
    from_person  TEXT   NOT NULL,
    PRIMARY KEY (tenant, fingerprint)
);

CREATE TABLE warned (
    tenant  TEXT    NOT NULL,
    mac     BLOB    NOT NULL,
    at      INTEGER NOT NULL,
    channel TEXT    NOT NULL,
    message TEXT    NOT NULL,
    person  TEXT    NOT NULL,
    PRIMARY KEY (tenant, mac)
) WITHOUT ROWID;

CREATE TABLE tenant_keys (
    tenant  TEXT    NOT NULL PRIMARY KEY,
    key     BLOB    NOT NULL, -- sealed
    created INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE installations (
    tenant     TEXT    NOT NULL PRIMARY KEY,
    platform   TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    bot_user   TEXT    NOT NULL,
    bot        TEXT    NOT NULL,
    scopes     TEXT    NOT NULL,
    token      BLOB,             -- sealed
    refresh    BLOB,             -- sealed
    expires    INTEGER NOT NULL,
    broken     TEXT    NOT NULL,
    updated    INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    held_by    TEXT    NOT NULL, -- who alone may change it at present
    held_until INTEGER NOT NULL
);
CREATE INDEX installations_platform ON installations (platform, tenant);

CREATE TABLE documents (
    tenant     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    body       BLOB,
    written_by TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    deleted    INTEGER NOT NULL,
    PRIMARY KEY (tenant, id, version)
);

CREATE TABLE generations (
    tenant TEXT    NOT NULL PRIMARY KEY,
    n      INTEGER NOT NULL -- changes of its documents
) WITHOUT ROWID;

CREATE TABLE liveness (
    id INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL
);
INSERT INTO liveness (id, at) VALUES (1, 0);

-- +goose Down
DROP TABLE liveness;
DROP TABLE generations;
DROP TABLE documents;
DROP TABLE installations;
DROP TABLE tenant_keys;
DROP TABLE warned;
DROP TABLE unrecognised;
DROP TABLE sightings;
DROP TABLE audits;
DROP TABLE settings;
DROP TABLE votes;
DROP TABLE outbox;
DROP TABLE observations;
DROP TABLE cases;
DROP TABLE messages;
DROP TABLE deliveries;
