CREATE TABLE environments (
  organisation text NOT NULL REFERENCES organisations (id),
  name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9-]{0,63}$'),
  -- Order in lists and of promotion.
  rank integer NOT NULL,
  -- `$config` of executions in it; no secrets.
  config jsonb NOT NULL DEFAULT '{}',
  -- Without a deployment, the latest version runs. False: only what is deployed.
  runs_latest boolean NOT NULL DEFAULT false,
  -- A version must have been deployed there before it may be deployed here.
  promotes_from text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organisation, name),
  FOREIGN KEY (organisation, promotes_from) REFERENCES environments (organisation, name)
);
--> statement-breakpoint
-- Every organisation begins with the same three.
CREATE FUNCTION weir_first_environments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO environments (organisation, name, rank, runs_latest)
  VALUES (NEW.id, 'dev', 1, true), (NEW.id, 'staging', 2, false), (NEW.id, 'prod', 3, false);
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER organisations_first_environments AFTER INSERT ON organisations
FOR EACH ROW EXECUTE FUNCTION weir_first_environments();
--> statement-breakpoint
INSERT INTO environments (organisation, name, rank, runs_latest)
SELECT id, name, rank, rank = 1 FROM organisations, (VALUES ('dev', 1), ('staging', 2), ('prod', 3)) AS first (name, rank);
--> statement-breakpoint
-- History of what ran where: the highest revision of a flow in an environment counts.
CREATE TABLE deployments (
  organisation text NOT NULL,
  environment text NOT NULL,
  flow_id uuid NOT NULL,
  revision integer NOT NULL,
  id uuid NOT NULL,
  -- [{ "version": "1.2.0", "weight": 90 }, …]; empty: undeployed.
  versions jsonb NOT NULL,
  -- Expression over $input (compiled on use) that an A/B split sticks to; null: the execution id.
  split_key text,
  -- The revision that a rollback went back to.
  rolled_back_to integer,
  comment text,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (organisation, environment, flow_id, revision),
  FOREIGN KEY (organisation, environment) REFERENCES environments (organisation, name),
  FOREIGN KEY (organisation, flow_id) REFERENCES flows (organisation, id)
);
--> statement-breakpoint
-- History is added to, never rewritten.
CREATE TRIGGER deployments_immutable BEFORE UPDATE OR DELETE ON deployments
FOR EACH ROW EXECUTE FUNCTION weir_refuse_change();
