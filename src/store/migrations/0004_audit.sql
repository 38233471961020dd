-- One chain for each organisation: seq without gaps, hash = SHA-256(previous hash ‖ organisation ‖ \n ‖ seq ‖ \n ‖ body).
CREATE TABLE audit_heads (
  organisation text PRIMARY KEY REFERENCES organisations (id),
  seq bigint NOT NULL,
  hash bytea NOT NULL,
  at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE TABLE audit_records (
  organisation text NOT NULL,
  seq bigint NOT NULL,
  -- When it was appended, by the clock of the database: never goes back along a chain, so that a month is a piece of it.
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
-- Takes what no month is there for: a wrong clock, or nobody who made partitions in time, must not fail a change.
CREATE TABLE audit_records_default PARTITION OF audit_records DEFAULT;
--> statement-breakpoint
CREATE INDEX audit_records_at ON audit_records (organisation, at DESC, seq DESC);
--> statement-breakpoint
CREATE INDEX audit_records_subject ON audit_records (organisation, subject_type, subject, seq DESC);
--> statement-breakpoint
CREATE INDEX audit_records_actor ON audit_records (organisation, actor, seq DESC);
--> statement-breakpoint
CREATE INDEX audit_records_action ON audit_records (organisation, action, seq DESC);
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
  -- Who wanted it, and the record of the intent.
  entry jsonb NOT NULL,
  at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE INDEX audit_intents_at ON audit_intents (at);
--> statement-breakpoint
-- Entries of open transactions; a row lives until its transaction is committed.
CREATE UNLOGGED TABLE audit_staged (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organisation text NOT NULL,
  entries jsonb NOT NULL
);
--> statement-breakpoint
-- Not worth compressing: read once, right away.
ALTER TABLE audit_staged ALTER COLUMN entries SET STORAGE EXTERNAL;
--> statement-breakpoint
-- Appends records to one chain when the transaction is committed: [{ "action", "outcome", "actor", "subject_type", "subject", "request_id", "body" }, …].
CREATE FUNCTION weir_audit_append(org text, entries jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO audit_staged (organisation, entries) VALUES (org, entries)
$$;
--> statement-breakpoint
-- Runs within COMMIT, so that a chain is locked while one transaction is written to disk, and never while a client is waited for.
CREATE FUNCTION weir_audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  org text := NEW.organisation;
  last_seq bigint;
  last_hash bytea;
  last_at timestamptz;
  hashes bytea[] := '{}';
  body text;
BEGIN
  LOOP
    SELECT seq, hash, greatest(at, clock_timestamp()) INTO last_seq, last_hash, last_at
    FROM audit_heads WHERE organisation = org FOR UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO audit_heads (organisation, seq, hash, at)
    VALUES (org, 0, sha256(convert_to('weir audit 1' || E'\n' || org, 'UTF8')), clock_timestamp()) ON CONFLICT DO NOTHING;
  END LOOP;
  FOR body IN SELECT value ->> 'body' FROM jsonb_array_elements(NEW.entries) LOOP
    last_seq := last_seq + 1;
    last_hash := sha256(last_hash || convert_to(org || E'\n' || last_seq || E'\n' || body, 'UTF8'));
    hashes := hashes || last_hash;
  END LOOP;
  INSERT INTO audit_records (organisation, seq, at, action, outcome, actor, subject_type, subject, request_id, body, hash)
  SELECT
    org, last_seq - cardinality(hashes) + n, last_at, value ->> 'action', value ->> 'outcome', value ->> 'actor',
    value ->> 'subject_type', value ->> 'subject', value ->> 'request_id', value ->> 'body', hashes[n]
  FROM jsonb_array_elements(NEW.entries) WITH ORDINALITY AS entry (value, n);
  UPDATE audit_heads SET seq = last_seq, hash = last_hash, at = last_at WHERE organisation = org;
  DELETE FROM audit_staged WHERE id = NEW.id;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_staged_chained AFTER INSERT ON audit_staged
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION weir_audit_chain();
--> statement-breakpoint
-- Partitions of this month and three more, none of them open to the application. Gives up after 2 s rather than hold up changes.
CREATE FUNCTION weir_audit_partitions() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  part regclass;
BEGIN
  FOR step IN 0..3 LOOP
    BEGIN
      PERFORM weir_ensure_partitions('audit_records', now() + make_interval(months => step), 0);
    EXCEPTION
      WHEN check_violation THEN NULL; -- the default partition has records of that month, and keeps taking them
    END;
  END LOOP;
  FOR part IN
    SELECT inhrelid::regclass FROM pg_inherits
    WHERE inhparent = 'audit_records'::regclass
      AND has_table_privilege('weir_app', inhrelid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM weir_app', part);
  END LOOP;
END
$$;
--> statement-breakpoint
-- Drops whole months that ended more than `keep_months` ago, after noting where each chain now begins. Appending waits meanwhile.
CREATE FUNCTION weir_audit_retain(keep_months integer)
RETURNS TABLE (organisation text, seq bigint, dropped_partition text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
#variable_conflict use_column
DECLARE
  part text;
  ends timestamptz;
  cutoff timestamptz;
BEGIN
  IF keep_months IS NULL OR keep_months < 84 THEN
    RAISE EXCEPTION 'refused: audit records are kept for 84 months at least' USING ERRCODE = 'insufficient_privilege';
  END IF;
  cutoff := now() - make_interval(months => keep_months);
  FOR part IN
    SELECT relname FROM pg_class JOIN pg_inherits ON inhrelid = pg_class.oid
    WHERE inhparent = 'audit_records'::regclass ORDER BY relname
  LOOP
    IF part = 'audit_records_default' THEN
      SELECT max(at) INTO ends FROM audit_records_default;
      CONTINUE WHEN ends IS NULL OR ends >= cutoff;
    ELSE
      ends := to_date(right(part, 7), 'YYYY_MM')::timestamp AT TIME ZONE 'UTC' + interval '1 month';
      CONTINUE WHEN ends > cutoff;
    END IF;
    -- In the order in which appending takes them: heads, then records.
    LOCK TABLE audit_heads IN EXCLUSIVE MODE;
    RETURN QUERY EXECUTE format(
      'INSERT INTO audit_anchors (organisation, seq, hash, dropped_partition)
       SELECT last.organisation, last.seq, last.hash, %L FROM audit_heads, LATERAL (
         SELECT organisation, seq, hash FROM public.%I WHERE organisation = audit_heads.organisation ORDER BY seq DESC LIMIT 1
       ) AS last
       RETURNING organisation, seq, dropped_partition', part, part);
    EXECUTE format('DROP TABLE public.%I', part);
    IF part = 'audit_records_default' THEN
      CREATE TABLE audit_records_default PARTITION OF audit_records DEFAULT;
      REVOKE ALL ON audit_records_default FROM weir_app;
    END IF;
  END LOOP;
END
$$;
--> statement-breakpoint
CREATE TRIGGER audit_records_immutable BEFORE UPDATE OR DELETE ON audit_records
FOR EACH ROW EXECUTE FUNCTION weir_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_records_no_truncate BEFORE TRUNCATE ON audit_records
FOR EACH STATEMENT EXECUTE FUNCTION weir_refuse_change();
--> statement-breakpoint
-- Should a partition be opened to the application by default privileges: only weir_audit_append inserts, as its owner.
CREATE TRIGGER audit_records_appended BEFORE INSERT ON audit_records
FOR EACH ROW WHEN (current_user = 'weir_app') EXECUTE FUNCTION weir_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_checkpoints_immutable BEFORE UPDATE OR DELETE ON audit_checkpoints
FOR EACH ROW EXECUTE FUNCTION weir_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_checkpoints_no_truncate BEFORE TRUNCATE ON audit_checkpoints
FOR EACH STATEMENT EXECUTE FUNCTION weir_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_anchors_immutable BEFORE UPDATE OR DELETE ON audit_anchors
FOR EACH ROW EXECUTE FUNCTION weir_refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_anchors_no_truncate BEFORE TRUNCATE ON audit_anchors
FOR EACH STATEMENT EXECUTE FUNCTION weir_refuse_change();
--> statement-breakpoint
REVOKE ALL ON audit_heads, audit_records, audit_anchors, audit_checkpoints, audit_staged FROM weir_app;
--> statement-breakpoint
GRANT SELECT ON audit_heads, audit_records, audit_anchors, audit_checkpoints TO weir_app;
--> statement-breakpoint
GRANT INSERT ON audit_checkpoints TO weir_app;
--> statement-breakpoint
REVOKE ALL ON FUNCTION weir_audit_append, weir_audit_chain, weir_audit_partitions, weir_audit_retain FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION weir_audit_append, weir_audit_partitions, weir_audit_retain TO weir_app;
--> statement-breakpoint
SELECT weir_audit_partitions();
