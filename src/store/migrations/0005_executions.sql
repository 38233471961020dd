-- Closed executions, kept beyond Temporal's retention. `started_at` is the first start, so an execution has one place.
CREATE TABLE archived_executions (
  organisation text NOT NULL,
  execution_id text NOT NULL,
  flow text NOT NULL,
  version text NOT NULL,
  hash text NOT NULL,
  environment text NOT NULL,
  category text,
  status text NOT NULL,
  tags text[] NOT NULL DEFAULT '{}',
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  duration_ms double precision NOT NULL,
  origin text,
  -- Run ids, in their order; the last one's close is the end.
  runs text[] NOT NULL,
  -- The whole answer of GET /executions/{id}.
  view jsonb NOT NULL,
  -- Histories of the runs as Temporal's JSON, gzip.
  history bytea NOT NULL,
  archived_at timestamptz NOT NULL,
  PRIMARY KEY (organisation, started_at, execution_id)
) PARTITION BY RANGE (started_at);
--> statement-breakpoint
CREATE INDEX archived_executions_id ON archived_executions (organisation, execution_id);
--> statement-breakpoint
CREATE INDEX archived_executions_flow ON archived_executions (organisation, flow, status, started_at DESC);
--> statement-breakpoint
CREATE INDEX archived_executions_status ON archived_executions (organisation, status, started_at DESC);
--> statement-breakpoint
CREATE INDEX archived_executions_started ON archived_executions (organisation, started_at DESC, execution_id DESC);
--> statement-breakpoint
CREATE INDEX archived_executions_version ON archived_executions (organisation, flow, version, ended_at);
--> statement-breakpoint
-- How far a background task has come, one row each (`sweeper`, …).
CREATE TABLE positions (
  name text PRIMARY KEY,
  value jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
--> statement-breakpoint
SELECT weir_ensure_partitions('archived_executions', now() - interval '1 month', 3);
