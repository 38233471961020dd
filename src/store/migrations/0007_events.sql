-- Events as they came in (CloudEvents 1.0), webhooks and ended flows among them.
CREATE TABLE events (
  organisation text NOT NULL REFERENCES organisations (id),
  -- UUIDv7: its order is that of arrival.
  id uuid NOT NULL,
  -- Where it came from. Only what Weir itself has checked is a webhook's call or a flow's end, whatever the event's type says.
  kind text NOT NULL CHECK (kind IN ('event', 'webhook', 'flow_ended', 'schedule')),
  -- SHA-256 of kind, source and the event's own id, which may be too long for an index: the same is one event.
  identity bytea NOT NULL,
  source text NOT NULL,
  event_id text NOT NULL,
  type text NOT NULL,
  -- As it was sent, RFC 3339.
  time text NOT NULL,
  -- As it was sent: jsonb would refuse some JSON texts.
  headers json NOT NULL,
  data json NOT NULL,
  -- The flows that a signature was proved for; null: all that fit.
  targets jsonb,
  received_at timestamptz NOT NULL,
  -- Null: still to be delivered.
  processed_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  -- Also the end of the lease of who delivers it.
  next_attempt_at timestamptz NOT NULL,
  rejected boolean NOT NULL DEFAULT false,
  -- What became of it: executions delivered to and started, rejections.
  outcome jsonb,
  PRIMARY KEY (organisation, id),
  UNIQUE (organisation, identity)
);
--> statement-breakpoint
CREATE INDEX events_open ON events (next_attempt_at) WHERE processed_at IS NULL;
--> statement-breakpoint
CREATE INDEX events_type ON events (organisation, left(type, 200), id);
--> statement-breakpoint
CREATE INDEX events_source ON events (organisation, left(source, 200), id);
--> statement-breakpoint
CREATE INDEX events_rejected ON events (organisation, id) WHERE rejected;
--> statement-breakpoint
CREATE INDEX events_received ON events USING brin (received_at);
--> statement-breakpoint
-- Which flow's end started an execution: how long the chain is.
CREATE INDEX events_chain ON events USING gin ((outcome -> 'started')) WHERE kind = 'flow_ended';
--> statement-breakpoint
-- Event types that a flow version waits for; all of them (`*`) where a type can't be told, such as one with a NUL.
CREATE FUNCTION weir_awaits(ir json) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN ARRAY(SELECT json_array_elements_text(ir -> 'awaits'));
EXCEPTION
  WHEN OTHERS THEN RETURN ARRAY['*'];
END
$$;
--> statement-breakpoint
-- Ends of flows that a version has as triggers, `flow state`; any (`*`) where that can't be told.
CREATE FUNCTION weir_flow_triggers(ir json) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN ARRAY(
    SELECT (one ->> 'flow') || ' ' || (one ->> 'state') FROM json_array_elements(ir -> 'triggers') AS one
    WHERE one ->> 'on' = 'flow'
  );
EXCEPTION
  WHEN OTHERS THEN RETURN ARRAY['*'];
END
$$;
--> statement-breakpoint
CREATE INDEX flow_versions_awaits ON flow_versions USING gin (weir_awaits(ir));
--> statement-breakpoint
CREATE INDEX flow_versions_triggers ON flow_versions USING gin (weir_flow_triggers(ir));
--> statement-breakpoint
-- Schedules of deployed flows as they should be; Temporal fires them.
CREATE TABLE schedules (
  organisation text NOT NULL REFERENCES organisations (id),
  -- Id of the Temporal Schedule.
  id text NOT NULL,
  environment text NOT NULL,
  flow text NOT NULL,
  -- Place of the trigger in the flow's list.
  position integer NOT NULL,
  trigger jsonb NOT NULL,
  paused boolean NOT NULL DEFAULT false,
  -- As Temporal told last, or was told; another `paused` is still to be brought there.
  paused_there boolean NOT NULL DEFAULT false,
  -- No longer deployed: to be deleted in Temporal, and then here.
  removed boolean NOT NULL DEFAULT false,
  -- Raised with every change: who brings it to Temporal sees whether it changed meanwhile.
  generation integer NOT NULL DEFAULT 1,
  -- The generation that Temporal has; 0: none.
  applied integer NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (organisation, id)
);
