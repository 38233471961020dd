-- First answers by idempotency key. For starts the key is part of the execution's id, and Temporal holds it.
CREATE TABLE idempotency_keys (
  organisation text NOT NULL,
  actor text NOT NULL,
  key text NOT NULL,
  operation text NOT NULL,
  body_hash text NOT NULL,
  -- Null while the first request is under way.
  status integer,
  headers jsonb,
  body text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organisation, actor, key)
);
--> statement-breakpoint
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
