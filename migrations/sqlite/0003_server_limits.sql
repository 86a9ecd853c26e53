-- Which MCP is spoken to a server, and what is limited at it otherwise than by default (JSON).
ALTER TABLE servers ADD COLUMN protocol TEXT NOT NULL DEFAULT 'auto';
ALTER TABLE servers ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
