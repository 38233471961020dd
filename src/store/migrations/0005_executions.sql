-- Closed executions, kept beyond Temporal's retention. `started_at` is the first start, so an execution has one place.
CREATE TABLE archived_executions (
  organisation text NOT NULL,
  -- "C": sorted as in visibility, and found by prefix.
  execution_id text COLLATE "C" NOT NULL,
  flow text NOT NULL,
  version text NOT NULL,
  hash text NOT NULL,
  environment text NOT NULL,
  category text,
  status text NOT NULL,
  tags text[] NOT NULL DEFAULT '{}',
  started_at timestamptz NOT NULL,
  -- Start of the last run: what lists are sorted by, in Temporal's visibility and here.
  last_started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  duration_ms double precision NOT NULL,
  origin text,
  -- Run ids, in their order; the last one's close is the end.
  runs text[] NOT NULL,
  -- Those of them whose close has been counted: audited, and told to whoever waits for the end of a flow.
  counted text[] NOT NULL,
  -- Events of the last run.
  events integer NOT NULL,
  -- Hash of the request that started it, where it had an idempotency key.
  request text,
  -- The whole answer of GET /executions/{id}. Not jsonb, which refuses U+0000 in results.
  view json NOT NULL,
  -- Histories of the runs: gzip of one line a run, in Temporal's JSON.
  history bytea NOT NULL,
  archived_at timestamptz NOT NULL,
  PRIMARY KEY (organisation, started_at, execution_id)
) PARTITION BY RANGE (started_at);
--> statement-breakpoint
-- It is compressed already.
ALTER TABLE archived_executions ALTER COLUMN history SET STORAGE EXTERNAL;
--> statement-breakpoint
CREATE INDEX archived_executions_id ON archived_executions (organisation, execution_id);
--> statement-breakpoint
CREATE INDEX archived_executions_started ON archived_executions (organisation, last_started_at DESC, execution_id DESC);
--> statement-breakpoint
CREATE INDEX archived_executions_status ON archived_executions (organisation, status, last_started_at DESC, execution_id DESC);
--> statement-breakpoint
CREATE INDEX archived_executions_flow ON archived_executions (organisation, flow, last_started_at DESC, execution_id DESC);
--> statement-breakpoint
CREATE INDEX archived_executions_version ON archived_executions (organisation, flow, version, ended_at);
--> statement-breakpoint
CREATE INDEX archived_executions_tags ON archived_executions USING gin (tags);
--> statement-breakpoint
CREATE INDEX archived_executions_ended ON archived_executions (ended_at);
--> statement-breakpoint
-- Drops the monthly partitions of which every execution ended before `before`; tells how many each organisation had in them.
CREATE FUNCTION weir_drop_archive(before timestamptz) RETURNS TABLE (organisation text, executions bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '3s' AS $$
DECLARE
  part regclass;
  kept boolean;
BEGIN
  IF before > now() - interval '1 day' THEN
    RAISE EXCEPTION 'archived executions are kept for a day at least' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR part IN
    SELECT c.oid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'public.archived_executions'::regclass
      AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before AT TIME ZONE 'UTC'
    ORDER BY c.relname
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE ended_at >= $1)', part) INTO kept USING before;
    CONTINUE WHEN kept;
    -- The parent first, as a query does: nothing comes in between the second look and the end of the transaction.
    LOCK TABLE ONLY public.archived_executions IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE ended_at >= $1)', part) INTO kept USING before;
    CONTINUE WHEN kept;
    RETURN QUERY EXECUTE format('SELECT a.organisation, count(*) FROM %s a GROUP BY 1', part);
    EXECUTE format('DROP TABLE %s', part);
  END LOOP;
END
$$;
--> statement-breakpoint
-- It deletes as the owner: for the application's role alone.
REVOKE ALL ON FUNCTION weir_drop_archive FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION weir_drop_archive TO weir_app;
--> statement-breakpoint
-- How far a background task has come, one row each (`sweeper`, …).
CREATE TABLE positions (
  name text PRIMARY KEY,
  value jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
--> statement-breakpoint
SELECT weir_ensure_partitions('archived_executions', now() - interval '1 month', 3);
