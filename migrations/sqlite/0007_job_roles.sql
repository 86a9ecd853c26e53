-- Job roles are groups of another kind; a group is made by hand or by the import of a file.
ALTER TABLE groups ADD COLUMN kind TEXT NOT NULL DEFAULT 'group';
ALTER TABLE groups ADD COLUMN source TEXT NOT NULL DEFAULT 'manual';
