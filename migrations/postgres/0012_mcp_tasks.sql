-- Whose the tasks of servers are: calls whose result is fetched later. A server knows one client, the gateway.
CREATE TABLE mcp_tasks (
    server_id  TEXT COLLATE "C" NOT NULL,
    -- SHA-256 of its id, in hexadecimal.
    task       TEXT COLLATE "C" NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL,
    tool       TEXT COLLATE "C" NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (server_id, task)
);
CREATE INDEX mcp_tasks_expires ON mcp_tasks (expires_at);
