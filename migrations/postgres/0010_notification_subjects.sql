-- What a message is about, where it must be found whoever has it and wherever it leads them: the id of a rule that ends.
ALTER TABLE notifications ADD COLUMN subject TEXT COLLATE "C";
CREATE INDEX notifications_subject ON notifications (subject);

-- Messages about ends that are there already and lead to their rule.
UPDATE notifications SET subject = substr(link, 11) WHERE kind = 'access_ending' AND link LIKE '/policies/%';
