CREATE TABLE flows (
  organisation text NOT NULL REFERENCES organisations (id),
  id uuid NOT NULL,
  name text NOT NULL,
  title text,
  description text,
  category text,
  tags text[] NOT NULL DEFAULT '{}',
  latest_version text NOT NULL,
  latest_hash text NOT NULL,
  archived_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('simple', replace(name, '-', ' ')), 'A')
    || setweight(to_tsvector('simple', coalesce(title, '')), 'A')
    || setweight(to_tsvector('simple', coalesce(category, '')), 'B')
    || setweight(to_tsvector('simple', coalesce(description, '')), 'C')
  ) STORED,
  PRIMARY KEY (organisation, id),
  UNIQUE (organisation, name)
);
--> statement-breakpoint
CREATE INDEX flows_search ON flows USING gin (search);
--> statement-breakpoint
CREATE INDEX flows_tags ON flows USING gin (tags);
--> statement-breakpoint
CREATE INDEX flows_category ON flows (organisation, category);
--> statement-breakpoint
-- Immutable: a version never changes once it is stored.
CREATE TABLE flow_versions (
  organisation text NOT NULL,
  flow_id uuid NOT NULL,
  version text NOT NULL,
  -- Order of storing, which is that of versions: one that goes back is refused.
  position bigint GENERATED ALWAYS AS IDENTITY,
  hash text NOT NULL,
  source text NOT NULL,
  media_type text NOT NULL,
  -- json, not jsonb: the order of keys and the digits of numbers come back as they were compiled.
  ir json NOT NULL,
  diagnostics json NOT NULL DEFAULT '[]',
  -- Adapter name → version and hash of its manifest when the version was stored.
  adapters jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (organisation, flow_id, version),
  FOREIGN KEY (organisation, flow_id) REFERENCES flows (organisation, id)
);
--> statement-breakpoint
CREATE FUNCTION weir_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: its rows never change', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
--> statement-breakpoint
CREATE TRIGGER flow_versions_immutable BEFORE UPDATE OR DELETE ON flow_versions
FOR EACH ROW EXECUTE FUNCTION weir_refuse_change();
--> statement-breakpoint
CREATE TABLE templates (
  organisation text NOT NULL REFERENCES organisations (id),
  name text NOT NULL,
  title text,
  description text,
  category text,
  tags text[] NOT NULL DEFAULT '{}',
  -- JSON Schema of the parameters; `source` has their places.
  parameters json NOT NULL,
  source text NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (organisation, name)
);
--> statement-breakpoint
-- Descriptions of adapters (YAML alone), by content. `current` is what new flow versions are checked against.
CREATE TABLE adapter_manifests (
  organisation text NOT NULL REFERENCES organisations (id),
  hash text NOT NULL,
  name text NOT NULL,
  version text NOT NULL,
  source text NOT NULL,
  spec json NOT NULL,
  current boolean NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (organisation, hash)
);
--> statement-breakpoint
-- Calls find the description that they are pinned to by its hash alone: equal content is equal in every organisation.
CREATE INDEX adapter_manifests_hash ON adapter_manifests (hash);
--> statement-breakpoint
CREATE UNIQUE INDEX adapter_manifests_current ON adapter_manifests (organisation, name) WHERE current;
--> statement-breakpoint
-- The organisation's action catalogue: every revision is kept, the last one counts.
CREATE TABLE action_catalogues (
  organisation text NOT NULL REFERENCES organisations (id),
  revision integer NOT NULL,
  source text NOT NULL,
  hash text NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (organisation, revision)
);
