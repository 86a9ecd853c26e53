-- Whose end people were warned of: one row for each rule, with the end that the warning was about. A rule with another end
-- is warned of anew.
CREATE TABLE ending_rules (
    rule_id   TEXT PRIMARY KEY NOT NULL REFERENCES rules (id) ON DELETE CASCADE,
    ends_at   TEXT NOT NULL,
    warned_at TEXT NOT NULL
) STRICT;
