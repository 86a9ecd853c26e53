-- Every call writes each of these indexes twice, so they hold no more than they must: the few entries of one
-- microsecond are sorted when they are read.
DROP INDEX audit_at;
CREATE INDEX audit_at ON audit (at);
DROP INDEX audit_actor;
CREATE INDEX audit_actor ON audit (actor_id, at);
DROP INDEX audit_server;
CREATE INDEX audit_server ON audit (server_id, at);
DROP INDEX audit_action;
CREATE INDEX audit_action ON audit (action, at);
DROP INDEX audit_correlation;
CREATE INDEX audit_correlation ON audit (correlation_id, at);
DROP INDEX audit_resource;
CREATE INDEX audit_resource ON audit (resource_id, at);
