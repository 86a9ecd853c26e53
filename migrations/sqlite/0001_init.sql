-- Times are RFC 3339 text in UTC with six fractional digits; JSON is text as it was written.

CREATE TABLE settings (
    key        TEXT PRIMARY KEY NOT NULL,
    value      TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE users (
    id            TEXT PRIMARY KEY NOT NULL,
    email         TEXT NOT NULL,
    name          TEXT NOT NULL,
    department    TEXT NOT NULL,
    title         TEXT NOT NULL,
    team          TEXT NOT NULL,
    role          TEXT NOT NULL,
    status        TEXT NOT NULL,
    password_hash TEXT,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL,
    last_login_at TEXT
) STRICT;
CREATE UNIQUE INDEX users_email_key ON users (email);

CREATE TABLE groups (
    id          TEXT PRIMARY KEY NOT NULL,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX groups_name_key ON groups (name);

CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    added_at TEXT NOT NULL,
    PRIMARY KEY (group_id, user_id)
) STRICT;
CREATE INDEX group_members_user ON group_members (user_id);

CREATE TABLE sessions (
    id           TEXT PRIMARY KEY NOT NULL,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash   TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    expires_at   TEXT NOT NULL,
    ip           TEXT,
    user_agent   TEXT
) STRICT;
CREATE UNIQUE INDEX sessions_token_hash_key ON sessions (token_hash);
CREATE INDEX sessions_user ON sessions (user_id);

-- One-time links: setup, invitation, password reset.
CREATE TABLE links (
    id         TEXT PRIMARY KEY NOT NULL,
    kind       TEXT NOT NULL,
    user_id    TEXT REFERENCES users (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL,
    created_by TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at    TEXT
) STRICT;
CREATE UNIQUE INDEX links_token_hash_key ON links (token_hash);
CREATE INDEX links_user ON links (user_id);

CREATE TABLE api_keys (
    id           TEXT PRIMARY KEY NOT NULL,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    hint         TEXT NOT NULL,
    secret_hash  TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    expires_at   TEXT,
    last_used_at TEXT,
    revoked_at   TEXT
) STRICT;
CREATE UNIQUE INDEX api_keys_secret_hash_key ON api_keys (secret_hash);
CREATE INDEX api_keys_user ON api_keys (user_id);

-- normal_url is url in the form in which two spellings of one address are equal, for finding duplicates.
CREATE TABLE servers (
    id            TEXT PRIMARY KEY NOT NULL,
    slug          TEXT NOT NULL,
    name          TEXT NOT NULL,
    description   TEXT NOT NULL,
    icon          TEXT,
    transport     TEXT NOT NULL,
    url           TEXT NOT NULL,
    normal_url    TEXT NOT NULL,
    auth          TEXT NOT NULL,
    status        TEXT NOT NULL,
    owner_id      TEXT REFERENCES users (id) ON DELETE SET NULL,
    risk          TEXT NOT NULL,
    allow_private INTEGER NOT NULL,
    catalog_name  TEXT,
    health        TEXT NOT NULL,
    health_detail TEXT,
    health_at     TEXT,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX servers_slug_key ON servers (slug);
CREATE INDEX servers_normal_url ON servers (normal_url);
CREATE INDEX servers_catalog_name ON servers (catalog_name);

-- Sealed values of headers and environment variables. The owner is a server, a request or a draft; kind is header or env.
CREATE TABLE secrets (
    owner_id   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (owner_id, kind, name)
) STRICT;

-- Definitions as approved and as seen last.
CREATE TABLE pins (
    server_id       TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    kind            TEXT NOT NULL,
    name            TEXT NOT NULL,
    state           TEXT NOT NULL,
    digest          TEXT,
    definition      TEXT,
    seen_digest     TEXT,
    seen_definition TEXT,
    pinned_at       TEXT,
    pinned_by       TEXT,
    position        INTEGER NOT NULL,
    PRIMARY KEY (server_id, kind, name)
) STRICT;

CREATE TABLE requests (
    id                      TEXT PRIMARY KEY NOT NULL,
    kind                    TEXT NOT NULL,
    state                   TEXT NOT NULL,
    requester_id            TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name                    TEXT NOT NULL,
    slug                    TEXT NOT NULL,
    description             TEXT NOT NULL,
    icon                    TEXT,
    catalog_name            TEXT,
    server_id               TEXT REFERENCES servers (id) ON DELETE SET NULL,
    tools                   TEXT NOT NULL,
    transport               TEXT NOT NULL,
    url                     TEXT NOT NULL,
    auth                    TEXT NOT NULL,
    header_names            TEXT NOT NULL,
    env_names               TEXT NOT NULL,
    why_needed              TEXT NOT NULL,
    use_case                TEXT NOT NULL,
    expected_value          TEXT NOT NULL,
    alternatives_considered TEXT NOT NULL,
    urgent                  INTEGER NOT NULL,
    resubmission_of         TEXT,
    created_at              TEXT NOT NULL,
    updated_at              TEXT NOT NULL,
    decided_at              TEXT,
    decided_by              TEXT,
    decision                TEXT
) STRICT;
CREATE INDEX requests_state ON requests (state, created_at, id);
CREATE INDEX requests_requester ON requests (requester_id, created_at, id);

CREATE TABLE request_history (
    id         TEXT PRIMARY KEY NOT NULL,
    request_id TEXT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    at         TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    what       TEXT NOT NULL,
    detail     TEXT
) STRICT;
CREATE INDEX request_history_request ON request_history (request_id, at, id);

-- Connection tests of a request or a server (the subject); only the newest counts.
CREATE TABLE tests (
    id                 TEXT PRIMARY KEY NOT NULL,
    subject_id         TEXT NOT NULL,
    ok                 INTEGER NOT NULL,
    definitions_digest TEXT,
    report             TEXT NOT NULL,
    tested_at          TEXT NOT NULL,
    tested_by          TEXT
) STRICT;
CREATE INDEX tests_subject ON tests (subject_id, tested_at);

CREATE TABLE drafts (
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key        TEXT NOT NULL,
    fields     TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT;

CREATE TABLE rules (
    id             TEXT PRIMARY KEY NOT NULL,
    principal_kind TEXT NOT NULL,
    principal_id   TEXT,
    effect         TEXT NOT NULL,
    server_id      TEXT REFERENCES servers (id) ON DELETE CASCADE,
    tools          TEXT NOT NULL,
    starts_at      TEXT,
    ends_at        TEXT,
    notes          TEXT NOT NULL,
    enabled        INTEGER NOT NULL,
    request_id     TEXT,
    created_by     TEXT,
    created_at     TEXT NOT NULL,
    updated_at     TEXT NOT NULL
) STRICT;
CREATE INDEX rules_server ON rules (server_id);
CREATE INDEX rules_principal ON rules (principal_id);

CREATE TABLE notifications (
    id         TEXT PRIMARY KEY NOT NULL,
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    link       TEXT NOT NULL,
    created_at TEXT NOT NULL,
    read_at    TEXT
) STRICT;
CREATE INDEX notifications_user ON notifications (user_id, created_at, id);

-- What other nodes must reload. Part is one of servers, people, rules, keys.
CREATE TABLE changes (
    id   INTEGER PRIMARY KEY,
    part TEXT NOT NULL,
    at   TEXT NOT NULL
) STRICT;

-- The head of each node's hash chain.
CREATE TABLE chain_heads (
    node TEXT PRIMARY KEY NOT NULL,
    seq  INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE TABLE audit (
    id             TEXT PRIMARY KEY NOT NULL,
    node           TEXT NOT NULL,
    seq            INTEGER NOT NULL,
    at             TEXT NOT NULL,
    action         TEXT NOT NULL,
    outcome        TEXT NOT NULL,
    actor_kind     TEXT NOT NULL,
    actor_id       TEXT,
    actor_name     TEXT NOT NULL,
    resource_kind  TEXT,
    resource_id    TEXT,
    resource_name  TEXT,
    server_id      TEXT,
    server_slug    TEXT,
    tool           TEXT,
    client_name    TEXT,
    client_version TEXT,
    ip             TEXT,
    correlation_id TEXT NOT NULL,
    latency_us     INTEGER,
    decision       TEXT,
    rules          TEXT,
    reason         TEXT,
    error          TEXT,
    args           TEXT,
    args_len       INTEGER,
    args_digest    BLOB,
    result         TEXT,
    result_len     INTEGER,
    result_digest  BLOB,
    salt           BLOB NOT NULL,
    prev_hash      BLOB NOT NULL,
    hash           BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX audit_node_seq_key ON audit (node, seq);
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_actor ON audit (actor_id, at, id);
CREATE INDEX audit_server ON audit (server_id, at, id);
CREATE INDEX audit_action ON audit (action, at, id);
CREATE INDEX audit_correlation ON audit (correlation_id, at, id);
CREATE INDEX audit_resource ON audit (resource_id, at, id);

-- Calls by hour, kept in the same transaction as the outcomes they count.
CREATE TABLE call_hours (
    hour        TEXT NOT NULL,
    server_id   TEXT NOT NULL,
    tool        TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    client_name TEXT NOT NULL,
    calls       INTEGER NOT NULL,
    failures    INTEGER NOT NULL,
    denials     INTEGER NOT NULL,
    latency_us  INTEGER NOT NULL,
    PRIMARY KEY (hour, server_id, tool, user_id, client_name)
) STRICT;
CREATE INDEX call_hours_user ON call_hours (user_id, hour);
