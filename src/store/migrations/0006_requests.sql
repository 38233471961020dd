-- First answers by idempotency key. For starts the key is part of the execution's id, and Temporal holds it.
CREATE TABLE idempotency_keys (
  organisation text NOT NULL,
  actor text NOT NULL,
  key text NOT NULL,
  -- Method, path and query.
  operation text NOT NULL,
  body_hash text NOT NULL,
  -- Who works on it. A change commits only as long as its own attempt stands here.
  attempt uuid NOT NULL,
  -- Set in the transaction of the change.
  effect boolean NOT NULL DEFAULT false,
  -- Null while the first request is under way.
  status integer,
  headers jsonb,
  -- Null: not kept, as it held a secret or was too large.
  body text,
  created_at timestamptz NOT NULL DEFAULT now(),
  claimed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organisation, actor, key)
);
--> statement-breakpoint
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
