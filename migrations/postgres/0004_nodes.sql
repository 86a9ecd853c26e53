-- Nodes that run now. The address is sealed: others send credentials there.
CREATE TABLE nodes (
    node    TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    beat    BIGINT NOT NULL
);

-- MCP sessions that their clients have ended (SHA-256 of their ids, which would open until they expire).
CREATE TABLE ended_sessions (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session    TEXT COLLATE "C" NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX ended_sessions_session_key ON ended_sessions (session);
CREATE INDEX ended_sessions_expires ON ended_sessions (expires_at);
