-- Events as they came in (CloudEvents 1.0), webhooks and ended flows among them. The same source and id is one event.
CREATE TABLE events (
  organisation text NOT NULL REFERENCES organisations (id),
  id uuid NOT NULL,
  source text NOT NULL,
  event_id text NOT NULL,
  type text NOT NULL,
  time timestamptz NOT NULL,
  headers jsonb NOT NULL,
  data jsonb NOT NULL,
  received_at timestamptz NOT NULL,
  -- Null: still to be delivered.
  processed_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  -- What became of it: executions delivered to and started, rejections.
  outcome jsonb,
  PRIMARY KEY (organisation, id),
  UNIQUE (organisation, source, event_id)
);
--> statement-breakpoint
CREATE INDEX events_open ON events (next_attempt_at) WHERE processed_at IS NULL;
--> statement-breakpoint
CREATE INDEX events_received ON events (organisation, received_at DESC);
--> statement-breakpoint
-- Schedules of deployed flows; Temporal fires them.
CREATE TABLE schedules (
  organisation text NOT NULL,
  -- Id of the Temporal Schedule.
  id text NOT NULL,
  environment text NOT NULL,
  flow text NOT NULL,
  -- Place of the trigger in the flow's list.
  position integer NOT NULL,
  trigger jsonb NOT NULL,
  paused boolean NOT NULL DEFAULT false,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (organisation, id)
);
