-- Which MCP a server spoke when the gateway asked it last.
ALTER TABLE servers ADD COLUMN speaks TEXT COLLATE "C";
ALTER TABLE servers ADD COLUMN speaks_at TIMESTAMPTZ;
