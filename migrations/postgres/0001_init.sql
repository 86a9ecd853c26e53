-- The twin of the SQLite schema: same tables, columns and names. Texts compare by bytes, as they do in SQLite.

CREATE TABLE settings (
    key        TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    value      TEXT COLLATE "C" NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE users (
    id            TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    email         TEXT COLLATE "C" NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    department    TEXT COLLATE "C" NOT NULL,
    title         TEXT COLLATE "C" NOT NULL,
    team          TEXT COLLATE "C" NOT NULL,
    role          TEXT COLLATE "C" NOT NULL,
    status        TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C",
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    last_login_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX users_email_key ON users (email);

CREATE TABLE groups (
    id          TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX groups_name_key ON groups (name);

CREATE TABLE group_members (
    group_id TEXT COLLATE "C" NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id  TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    added_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_user ON group_members (user_id);

CREATE TABLE sessions (
    id           TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    user_id      TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash   TEXT COLLATE "C" NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ NOT NULL,
    ip           TEXT COLLATE "C",
    user_agent   TEXT COLLATE "C"
);
CREATE UNIQUE INDEX sessions_token_hash_key ON sessions (token_hash);
CREATE INDEX sessions_user ON sessions (user_id);

-- One-time links: setup, invitation, password reset.
CREATE TABLE links (
    id         TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    user_id    TEXT COLLATE "C" REFERENCES users (id) ON DELETE CASCADE,
    token_hash TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ
);
CREATE UNIQUE INDEX links_token_hash_key ON links (token_hash);
CREATE INDEX links_user ON links (user_id);

CREATE TABLE api_keys (
    id           TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    user_id      TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT COLLATE "C" NOT NULL,
    hint         TEXT COLLATE "C" NOT NULL,
    secret_hash  TEXT COLLATE "C" NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    revoked_at   TIMESTAMPTZ
);
CREATE UNIQUE INDEX api_keys_secret_hash_key ON api_keys (secret_hash);
CREATE INDEX api_keys_user ON api_keys (user_id);

-- normal_url is url in the form in which two spellings of one address are equal, for finding duplicates.
CREATE TABLE servers (
    id            TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    slug          TEXT COLLATE "C" NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    description   TEXT COLLATE "C" NOT NULL,
    icon          TEXT COLLATE "C",
    transport     TEXT COLLATE "C" NOT NULL,
    url           TEXT COLLATE "C" NOT NULL,
    normal_url    TEXT COLLATE "C" NOT NULL,
    auth          TEXT COLLATE "C" NOT NULL,
    status        TEXT COLLATE "C" NOT NULL,
    owner_id      TEXT COLLATE "C" REFERENCES users (id) ON DELETE SET NULL,
    risk          TEXT COLLATE "C" NOT NULL,
    allow_private BOOLEAN NOT NULL,
    catalog_name  TEXT COLLATE "C",
    health        TEXT COLLATE "C" NOT NULL,
    health_detail TEXT COLLATE "C",
    health_at     TIMESTAMPTZ,
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX servers_slug_key ON servers (slug);
CREATE INDEX servers_normal_url ON servers (normal_url);
CREATE INDEX servers_catalog_name ON servers (catalog_name);

-- Sealed values of headers and environment variables. The owner is a server, a request or a draft; kind is header or env.
CREATE TABLE secrets (
    owner_id   TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    sealed     BYTEA NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (owner_id, kind, name)
);

-- Definitions as approved and as seen last.
CREATE TABLE pins (
    server_id       TEXT COLLATE "C" NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    kind            TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    digest          TEXT COLLATE "C",
    definition      TEXT COLLATE "C",
    seen_digest     TEXT COLLATE "C",
    seen_definition TEXT COLLATE "C",
    pinned_at       TIMESTAMPTZ,
    pinned_by       TEXT COLLATE "C",
    position        BIGINT NOT NULL,
    PRIMARY KEY (server_id, kind, name)
);

CREATE TABLE requests (
    id                      TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    kind                    TEXT COLLATE "C" NOT NULL,
    state                   TEXT COLLATE "C" NOT NULL,
    requester_id            TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name                    TEXT COLLATE "C" NOT NULL,
    slug                    TEXT COLLATE "C" NOT NULL,
    description             TEXT COLLATE "C" NOT NULL,
    icon                    TEXT COLLATE "C",
    catalog_name            TEXT COLLATE "C",
    server_id               TEXT COLLATE "C" REFERENCES servers (id) ON DELETE SET NULL,
    tools                   TEXT COLLATE "C" NOT NULL,
    transport               TEXT COLLATE "C" NOT NULL,
    url                     TEXT COLLATE "C" NOT NULL,
    auth                    TEXT COLLATE "C" NOT NULL,
    header_names            TEXT COLLATE "C" NOT NULL,
    env_names               TEXT COLLATE "C" NOT NULL,
    why_needed              TEXT COLLATE "C" NOT NULL,
    use_case                TEXT COLLATE "C" NOT NULL,
    expected_value          TEXT COLLATE "C" NOT NULL,
    alternatives_considered TEXT COLLATE "C" NOT NULL,
    urgent                  BOOLEAN NOT NULL,
    resubmission_of         TEXT COLLATE "C",
    created_at              TIMESTAMPTZ NOT NULL,
    updated_at              TIMESTAMPTZ NOT NULL,
    decided_at              TIMESTAMPTZ,
    decided_by              TEXT COLLATE "C",
    decision                TEXT COLLATE "C"
);
CREATE INDEX requests_state ON requests (state, created_at, id);
CREATE INDEX requests_requester ON requests (requester_id, created_at, id);

CREATE TABLE request_history (
    id         TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    at         TIMESTAMPTZ NOT NULL,
    actor_name TEXT COLLATE "C" NOT NULL,
    what       TEXT COLLATE "C" NOT NULL,
    detail     TEXT COLLATE "C"
);
CREATE INDEX request_history_request ON request_history (request_id, at, id);

-- Connection tests of a request or a server (the subject); only the newest counts.
CREATE TABLE tests (
    id                 TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    subject_id         TEXT COLLATE "C" NOT NULL,
    ok                 BOOLEAN NOT NULL,
    definitions_digest TEXT COLLATE "C",
    report             TEXT COLLATE "C" NOT NULL,
    tested_at          TIMESTAMPTZ NOT NULL,
    tested_by          TEXT COLLATE "C"
);
CREATE INDEX tests_subject ON tests (subject_id, tested_at);

CREATE TABLE drafts (
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key        TEXT COLLATE "C" NOT NULL,
    fields     TEXT COLLATE "C" NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, key)
);

CREATE TABLE rules (
    id             TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    principal_kind TEXT COLLATE "C" NOT NULL,
    principal_id   TEXT COLLATE "C",
    effect         TEXT COLLATE "C" NOT NULL,
    server_id      TEXT COLLATE "C" REFERENCES servers (id) ON DELETE CASCADE,
    tools          TEXT COLLATE "C" NOT NULL,
    starts_at      TIMESTAMPTZ,
    ends_at        TIMESTAMPTZ,
    notes          TEXT COLLATE "C" NOT NULL,
    enabled        BOOLEAN NOT NULL,
    request_id     TEXT COLLATE "C",
    created_by     TEXT COLLATE "C",
    created_at     TIMESTAMPTZ NOT NULL,
    updated_at     TIMESTAMPTZ NOT NULL
);
CREATE INDEX rules_server ON rules (server_id);
CREATE INDEX rules_principal ON rules (principal_id);

CREATE TABLE notifications (
    id         TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT COLLATE "C" NOT NULL,
    title      TEXT COLLATE "C" NOT NULL,
    body       TEXT COLLATE "C" NOT NULL,
    link       TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    read_at    TIMESTAMPTZ
);
CREATE INDEX notifications_user ON notifications (user_id, created_at, id);

-- What other nodes must reload. Part is one of servers, people, rules, keys.
CREATE TABLE changes (
    id   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    part TEXT COLLATE "C" NOT NULL,
    at   TIMESTAMPTZ NOT NULL
);

-- The head of each node's hash chain.
CREATE TABLE chain_heads (
    node TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    seq  BIGINT NOT NULL,
    hash BYTEA NOT NULL
);

CREATE TABLE audit (
    id             TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    node           TEXT COLLATE "C" NOT NULL,
    seq            BIGINT NOT NULL,
    at             TIMESTAMPTZ NOT NULL,
    action         TEXT COLLATE "C" NOT NULL,
    outcome        TEXT COLLATE "C" NOT NULL,
    actor_kind     TEXT COLLATE "C" NOT NULL,
    actor_id       TEXT COLLATE "C",
    actor_name     TEXT COLLATE "C" NOT NULL,
    resource_kind  TEXT COLLATE "C",
    resource_id    TEXT COLLATE "C",
    resource_name  TEXT COLLATE "C",
    server_id      TEXT COLLATE "C",
    server_slug    TEXT COLLATE "C",
    tool           TEXT COLLATE "C",
    client_name    TEXT COLLATE "C",
    client_version TEXT COLLATE "C",
    ip             TEXT COLLATE "C",
    correlation_id TEXT COLLATE "C" NOT NULL,
    latency_us     BIGINT,
    decision       TEXT COLLATE "C",
    rules          TEXT COLLATE "C",
    reason         TEXT COLLATE "C",
    error          TEXT COLLATE "C",
    args           TEXT COLLATE "C",
    args_len       BIGINT,
    args_digest    BYTEA,
    result         TEXT COLLATE "C",
    result_len     BIGINT,
    result_digest  BYTEA,
    salt           BYTEA NOT NULL,
    prev_hash      BYTEA NOT NULL,
    hash           BYTEA NOT NULL
);
CREATE UNIQUE INDEX audit_node_seq_key ON audit (node, seq);
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_actor ON audit (actor_id, at, id);
CREATE INDEX audit_server ON audit (server_id, at, id);
CREATE INDEX audit_action ON audit (action, at, id);
CREATE INDEX audit_correlation ON audit (correlation_id, at, id);
CREATE INDEX audit_resource ON audit (resource_id, at, id);

-- Calls by hour, kept in the same transaction as the outcomes they count.
CREATE TABLE call_hours (
    hour        TIMESTAMPTZ NOT NULL,
    server_id   TEXT COLLATE "C" NOT NULL,
    tool        TEXT COLLATE "C" NOT NULL,
    user_id     TEXT COLLATE "C" NOT NULL,
    client_name TEXT COLLATE "C" NOT NULL,
    calls       BIGINT NOT NULL,
    failures    BIGINT NOT NULL,
    denials     BIGINT NOT NULL,
    latency_us  BIGINT NOT NULL,
    PRIMARY KEY (hour, server_id, tool, user_id, client_name)
);
CREATE INDEX call_hours_user ON call_hours (user_id, hour);
