-- One chain for each organisation: seq without gaps, hash = SHA-256(previous hash ‖ organisation ‖ \n ‖ seq ‖ \n ‖ body).
CREATE TABLE audit_heads (
  organisation text PRIMARY KEY REFERENCES organisations (id),
  seq bigint NOT NULL,
  hash bytea NOT NULL
);
--> statement-breakpoint
CREATE TABLE audit_records (
  organisation text NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL,
  action text NOT NULL,
  outcome text NOT NULL,
  actor text NOT NULL,
  subject_type text NOT NULL,
  subject text NOT NULL,
  request_id text,
  -- Canonical JSON of the whole record: what is hashed and exported, to the byte.
  body text NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (organisation, seq, at)
) PARTITION BY RANGE (at);
--> statement-breakpoint
CREATE INDEX audit_records_at ON audit_records (organisation, at DESC, seq DESC);
--> statement-breakpoint
CREATE INDEX audit_records_subject ON audit_records (organisation, subject_type, subject, seq DESC);
--> statement-breakpoint
CREATE INDEX audit_records_actor ON audit_records (organisation, actor, seq DESC);
--> statement-breakpoint
-- Where a chain begins after its oldest partitions were dropped.
CREATE TABLE audit_anchors (
  organisation text NOT NULL,
  seq bigint NOT NULL,
  hash bytea NOT NULL,
  dropped_partition text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organisation, seq)
);
--> statement-breakpoint
-- Signed statements that a chain stood at this hash at that time; copies lie outside of the database.
CREATE TABLE audit_checkpoints (
  organisation text NOT NULL,
  seq bigint NOT NULL,
  hash bytea NOT NULL,
  at timestamptz NOT NULL,
  key_id text NOT NULL,
  signature bytea NOT NULL,
  PRIMARY KEY (organisation, seq)
);
--> statement-breakpoint
-- What is about to be changed in Temporal and has no outcome yet: the only mutable part, a work list and no evidence.
CREATE TABLE audit_intents (
  id uuid PRIMARY KEY,
  organisation text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  -- The record of the intent.
  entry jsonb NOT NULL,
  at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE INDEX audit_intents_at ON audit_intents (at);
--> statement-breakpoint
-- Appends records to one chain: [{ "at", "action", "outcome", "actor", "subject_type", "subject", "request_id", "body" }, …]. Gives the last seq.
CREATE FUNCTION weir_audit_append(org text, entries jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  last_seq bigint;
  last_hash bytea;
  entry jsonb;
BEGIN
  LOOP
    SELECT seq, hash INTO last_seq, last_hash FROM audit_heads WHERE organisation = org FOR UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO audit_heads (organisation, seq, hash)
    VALUES (org, 0, sha256(convert_to('weir audit 1' || E'\n' || org, 'UTF8'))) ON CONFLICT DO NOTHING;
  END LOOP;
  FOR entry IN SELECT value FROM jsonb_array_elements(entries) LOOP
    last_seq := last_seq + 1;
    last_hash := sha256(last_hash || convert_to(org || E'\n' || last_seq || E'\n' || (entry ->> 'body'), 'UTF8'));
    INSERT INTO audit_records (organisation, seq, at, action, outcome, actor, subject_type, subject, request_id, body, hash)
    VALUES (
      org, last_seq, (entry ->> 'at')::timestamptz, entry ->> 'action', entry ->> 'outcome', entry ->> 'actor',
      entry ->> 'subject_type', entry ->> 'subject', entry ->> 'request_id', entry ->> 'body', last_hash
    );
  END LOOP;
  UPDATE audit_heads SET seq = last_seq, hash = last_hash WHERE organisation = org;
  RETURN last_seq;
END
$$;
--> statement-breakpoint
CREATE TRIGGER audit_records_immutable BEFORE UPDATE OR DELETE ON audit_records
FOR EACH ROW EXECUTE FUNCTION weir_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_records_no_truncate BEFORE TRUNCATE ON audit_records
FOR EACH STATEMENT EXECUTE FUNCTION weir_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_checkpoints_immutable BEFORE UPDATE OR DELETE ON audit_checkpoints
FOR EACH ROW EXECUTE FUNCTION weir_refuse_change();
--> statement-breakpoint
REVOKE ALL ON audit_heads, audit_records, audit_anchors, audit_checkpoints FROM weir_app;
--> statement-breakpoint
GRANT SELECT ON audit_heads, audit_records, audit_anchors, audit_checkpoints TO weir_app;
--> statement-breakpoint
GRANT INSERT ON audit_checkpoints TO weir_app;
--> statement-breakpoint
SELECT weir_ensure_partitions('audit_records', now(), 2);
