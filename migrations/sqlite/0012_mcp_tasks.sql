-- Whose the tasks of servers are: calls whose result is fetched later. A server knows one client, the gateway.
CREATE TABLE mcp_tasks (
    server_id  TEXT NOT NULL,
    -- SHA-256 of its id, in hexadecimal.
    task       TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    tool       TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (server_id, task)
) STRICT;
CREATE INDEX mcp_tasks_expires ON mcp_tasks (expires_at);
