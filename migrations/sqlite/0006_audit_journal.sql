-- Number of the last record of this node's journal that is among the entries. Only SQLite keeps a journal.
ALTER TABLE chain_heads ADD COLUMN journaled INTEGER NOT NULL DEFAULT 0;
