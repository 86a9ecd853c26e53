-- Nodes that run now. The address is sealed: others send credentials there.
CREATE TABLE nodes (
    node    TEXT PRIMARY KEY NOT NULL,
    address TEXT NOT NULL,
    beat    INTEGER NOT NULL
) STRICT;

-- MCP sessions that their clients have ended (SHA-256 of their ids, which would open until they expire).
CREATE TABLE ended_sessions (
    id         INTEGER PRIMARY KEY NOT NULL,
    session    TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX ended_sessions_session_key ON ended_sessions (session);
CREATE INDEX ended_sessions_expires ON ended_sessions (expires_at);
