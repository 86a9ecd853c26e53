-- Whose end people were warned of: one row for each rule, with the end that the warning was about. A rule with another end
-- is warned of anew.
CREATE TABLE ending_rules (
    rule_id   TEXT COLLATE "C" PRIMARY KEY NOT NULL REFERENCES rules (id) ON DELETE CASCADE,
    ends_at   TIMESTAMPTZ NOT NULL,
    warned_at TIMESTAMPTZ NOT NULL
);
