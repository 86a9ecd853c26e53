-- Rules of today say more than the columns of 0001 can hold. The definition (JSON) is what counts; the old columns are
-- kept so that an older program reads a rule that grants no more than this one does. Null: a row of such a program.
ALTER TABLE rules ADD COLUMN definition TEXT COLLATE "C";

-- What rules name, for finding the rules that name something. Kind is one of user, group, job_role, server.
CREATE TABLE rule_refs (
    rule_id TEXT COLLATE "C" NOT NULL REFERENCES rules (id) ON DELETE CASCADE,
    kind    TEXT COLLATE "C" NOT NULL,
    ref_id  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (rule_id, kind, ref_id)
);
CREATE INDEX rule_refs_ref ON rule_refs (ref_id, kind);

INSERT INTO rule_refs (rule_id, kind, ref_id)
SELECT id, principal_kind, principal_id FROM rules WHERE principal_id IS NOT NULL;
INSERT INTO rule_refs (rule_id, kind, ref_id)
SELECT id, 'server', server_id FROM rules WHERE server_id IS NOT NULL;

-- Every state that a rule had (JSON), also of rules that are deleted.
CREATE TABLE rule_versions (
    rule_id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    change  TEXT COLLATE "C" NOT NULL,
    rule    TEXT COLLATE "C" NOT NULL,
    by_user TEXT COLLATE "C",
    by_name TEXT COLLATE "C" NOT NULL,
    at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (rule_id, version)
);
CREATE INDEX rule_versions_at ON rule_versions (at);
