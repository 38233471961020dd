-- columns
action_catalogues.organisation text not null
action_catalogues.revision integer not null
action_catalogues.source text not null
action_catalogues.hash text not null
action_catalogues.created_at timestamp with time zone not null
action_catalogues.created_by text not null
adapter_manifests.organisation text not null
adapter_manifests.hash text not null
adapter_manifests.name text not null
adapter_manifests.version text not null
adapter_manifests.source text not null
adapter_manifests.spec json not null
adapter_manifests.current boolean not null
adapter_manifests.created_at timestamp with time zone not null
adapter_manifests.created_by text not null
archived_executions.organisation text not null
archived_executions.execution_id text not null
archived_executions.flow text not null
archived_executions.version text not null
archived_executions.hash text not null
archived_executions.environment text not null
archived_executions.category text
archived_executions.status text not null
archived_executions.tags text[] not null default '{}'::text[]
archived_executions.started_at timestamp with time zone not null
archived_executions.last_started_at timestamp with time zone not null
archived_executions.ended_at timestamp with time zone not null
archived_executions.duration_ms double precision not null
archived_executions.origin text
archived_executions.runs text[] not null
archived_executions.counted text[] not null
archived_executions.events integer not null
archived_executions.request text
archived_executions.view json not null
archived_executions.history bytea not null
archived_executions.archived_at timestamp with time zone not null
audit_anchors.organisation text not null
audit_anchors.seq bigint not null
audit_anchors.hash bytea not null
audit_anchors.dropped_partition text not null
audit_anchors.at timestamp with time zone not null default now()
audit_checkpoints.organisation text not null
audit_checkpoints.seq bigint not null
audit_checkpoints.hash bytea not null
audit_checkpoints.at timestamp with time zone not null
audit_checkpoints.key_id text not null
audit_checkpoints.signature bytea not null
audit_heads.organisation text not null
audit_heads.seq bigint not null
audit_heads.hash bytea not null
audit_heads.at timestamp with time zone not null
audit_intents.id uuid not null
audit_intents.organisation text not null
audit_intents.action text not null
audit_intents.subject text not null
audit_intents.entry jsonb not null
audit_intents.at timestamp with time zone not null
audit_records.organisation text not null
audit_records.seq bigint not null
audit_records.at timestamp with time zone not null
audit_records.action text not null
audit_records.outcome text not null
audit_records.actor text not null
audit_records.subject_type text not null
audit_records.subject text not null
audit_records.request_id text
audit_records.body text not null
audit_records.hash bytea not null
audit_staged.id bigint not null identity
audit_staged.organisation text not null
audit_staged.entries jsonb not null
deployments.organisation text not null
deployments.environment text not null
deployments.flow_id uuid not null
deployments.revision integer not null
deployments.id uuid not null
deployments.versions jsonb not null
deployments.split_key text
deployments.rolled_back_to integer
deployments.comment text
deployments.created_at timestamp with time zone not null
deployments.created_by text not null
environments.organisation text not null
environments.name text not null
environments.rank integer not null
environments.config jsonb not null default '{}'::jsonb
environments.runs_latest boolean not null default false
environments.promotes_from text
environments.created_at timestamp with time zone not null default now()
environments.updated_at timestamp with time zone not null default now()
events.organisation text not null
events.id uuid not null
events.kind text not null
events.identity bytea not null
events.source text not null
events.event_id text not null
events.type text not null
events.time text not null
events.headers json not null
events.data json not null
events.targets jsonb
events.received_at timestamp with time zone not null
events.processed_at timestamp with time zone
events.attempts integer not null default 0
events.next_attempt_at timestamp with time zone not null
events.rejected boolean not null default false
events.outcome jsonb
flow_versions.organisation text not null
flow_versions.flow_id uuid not null
flow_versions.version text not null
flow_versions.position bigint not null identity
flow_versions.hash text not null
flow_versions.source text not null
flow_versions.media_type text not null
flow_versions.ir json not null
flow_versions.diagnostics json not null default '[]'::json
flow_versions.adapters jsonb not null default '{}'::jsonb
flow_versions.created_at timestamp with time zone not null
flow_versions.created_by text not null
flows.organisation text not null
flows.id uuid not null
flows.name text not null
flows.title text
flows.description text
flows.category text
flows.tags text[] not null default '{}'::text[]
flows.latest_version text not null
flows.latest_hash text not null
flows.archived_at timestamp with time zone
flows.created_at timestamp with time zone not null
flows.updated_at timestamp with time zone not null
flows.search tsvector generated default (((setweight(to_tsvector('simple'::regconfig, replace(name, '-'::text, ' '::text)), 'A'::"char") || setweight(to_tsvector('simple'::regconfig, COALESCE(title, ''::text)), 'A'::"char")) || setweight(to_tsvector('simple'::regconfig, COALESCE(category, ''::text)), 'B'::"char")) || setweight(to_tsvector('simple'::regconfig, COALESCE(description, ''::text)), 'C'::"char"))
grants.id uuid not null
grants.organisation text not null
grants.subject_kind text not null
grants.subject text not null
grants.role text not null
grants.scope_kind text not null
grants.scope text
grants.created_at timestamp with time zone not null
grants.created_by text not null
idempotency_keys.organisation text not null
idempotency_keys.actor text not null
idempotency_keys.key text not null
idempotency_keys.operation text not null
idempotency_keys.body_hash text not null
idempotency_keys.attempt uuid not null
idempotency_keys.effect boolean not null default false
idempotency_keys.status integer
idempotency_keys.headers jsonb
idempotency_keys.body text
idempotency_keys.created_at timestamp with time zone not null default now()
idempotency_keys.claimed_at timestamp with time zone not null default now()
login_attempts.state_hash bytea not null
login_attempts.code_verifier text not null
login_attempts.nonce text not null
login_attempts.return_to text not null
login_attempts.expires_at timestamp with time zone not null
organisations.id text not null
organisations.title text not null
organisations.created_at timestamp with time zone not null default now()
positions.name text not null
positions.value jsonb not null
positions.updated_at timestamp with time zone not null default now()
schedules.organisation text not null
schedules.id text not null
schedules.environment text not null
schedules.flow text not null
schedules.position integer not null
schedules.trigger jsonb not null
schedules.paused boolean not null default false
schedules.paused_there boolean not null default false
schedules.removed boolean not null default false
schedules.generation integer not null default 1
schedules.applied integer not null default 0
schedules.updated_at timestamp with time zone not null
sessions.id_hash bytea not null
sessions.organisation text not null
sessions.user_id text not null
sessions.claims jsonb not null
sessions.created_at timestamp with time zone not null
sessions.last_seen_at timestamp with time zone not null
sessions.expires_at timestamp with time zone not null
templates.organisation text not null
templates.name text not null
templates.title text
templates.description text
templates.category text
templates.tags text[] not null default '{}'::text[]
templates.parameters json not null
templates.source text not null
templates.created_at timestamp with time zone not null
templates.created_by text not null
tokens.id uuid not null
tokens.organisation text not null
tokens.name text not null
tokens.secret_hash bytea not null
tokens.grants jsonb not null
tokens.created_at timestamp with time zone not null
tokens.created_by text not null
tokens.expires_at timestamp with time zone
tokens.revoked_at timestamp with time zone
tokens.revoked_by text
tokens.last_used_at timestamp with time zone
users.organisation text not null
users.id text not null
users.issuer text not null
users.subject text not null
users.name text not null
users.disabled_at timestamp with time zone
users.first_seen_at timestamp with time zone not null
users.last_seen_at timestamp with time zone not null

-- constraints
action_catalogues: FOREIGN KEY (organisation) REFERENCES organisations(id)
action_catalogues: PRIMARY KEY (organisation, revision)
adapter_manifests: FOREIGN KEY (organisation) REFERENCES organisations(id)
adapter_manifests: PRIMARY KEY (organisation, hash)
archived_executions: PRIMARY KEY (organisation, started_at, execution_id)
audit_anchors: PRIMARY KEY (organisation, seq)
audit_checkpoints: PRIMARY KEY (organisation, seq)
audit_heads: FOREIGN KEY (organisation) REFERENCES organisations(id)
audit_heads: PRIMARY KEY (organisation)
audit_intents: PRIMARY KEY (id)
audit_records: PRIMARY KEY (organisation, seq, at)
audit_staged: PRIMARY KEY (id)
audit_staged: TRIGGER DEFERRABLE INITIALLY DEFERRED
deployments: FOREIGN KEY (organisation, environment) REFERENCES environments(organisation, name)
deployments: FOREIGN KEY (organisation, flow_id) REFERENCES flows(organisation, id)
deployments: PRIMARY KEY (organisation, environment, flow_id, revision)
environments: CHECK ((name ~ '^[a-z][a-z0-9-]{0,63}$'::text))
environments: FOREIGN KEY (organisation) REFERENCES organisations(id)
environments: FOREIGN KEY (organisation, promotes_from) REFERENCES environments(organisation, name)
environments: PRIMARY KEY (organisation, name)
events: CHECK ((kind = ANY (ARRAY['event'::text, 'webhook'::text, 'flow_ended'::text, 'schedule'::text])))
events: FOREIGN KEY (organisation) REFERENCES organisations(id)
events: PRIMARY KEY (organisation, id)
events: UNIQUE (organisation, identity)
flow_versions: FOREIGN KEY (organisation, flow_id) REFERENCES flows(organisation, id)
flow_versions: PRIMARY KEY (organisation, flow_id, version)
flows: FOREIGN KEY (organisation) REFERENCES organisations(id)
flows: PRIMARY KEY (organisation, id)
flows: UNIQUE (organisation, name)
grants: CHECK (((scope_kind = 'all'::text) = (scope IS NULL)))
grants: CHECK ((scope_kind = ANY (ARRAY['all'::text, 'category'::text, 'flow'::text])))
grants: CHECK ((subject_kind = ANY (ARRAY['user'::text, 'group'::text])))
grants: FOREIGN KEY (organisation) REFERENCES organisations(id)
grants: PRIMARY KEY (id)
grants: UNIQUE NULLS NOT DISTINCT (organisation, subject_kind, subject, role, scope_kind, scope)
idempotency_keys: PRIMARY KEY (organisation, actor, key)
login_attempts: PRIMARY KEY (state_hash)
organisations: CHECK ((id ~ '^[a-z][a-z0-9-]{0,62}$'::text))
organisations: PRIMARY KEY (id)
positions: PRIMARY KEY (name)
schedules: FOREIGN KEY (organisation) REFERENCES organisations(id)
schedules: PRIMARY KEY (organisation, id)
sessions: FOREIGN KEY (organisation, user_id) REFERENCES users(organisation, id)
sessions: PRIMARY KEY (id_hash)
templates: FOREIGN KEY (organisation) REFERENCES organisations(id)
templates: PRIMARY KEY (organisation, name)
tokens: FOREIGN KEY (organisation) REFERENCES organisations(id)
tokens: PRIMARY KEY (id)
users: FOREIGN KEY (organisation) REFERENCES organisations(id)
users: PRIMARY KEY (organisation, id)
users: UNIQUE (organisation, issuer, subject)

-- indexes
CREATE INDEX adapter_manifests_hash ON public.adapter_manifests USING btree (hash)
CREATE INDEX archived_executions_ended ON ONLY public.archived_executions USING btree (ended_at)
CREATE INDEX archived_executions_flow ON ONLY public.archived_executions USING btree (organisation, flow, last_started_at DESC, execution_id DESC)
CREATE INDEX archived_executions_id ON ONLY public.archived_executions USING btree (organisation, execution_id)
CREATE INDEX archived_executions_started ON ONLY public.archived_executions USING btree (organisation, last_started_at DESC, execution_id DESC)
CREATE INDEX archived_executions_status ON ONLY public.archived_executions USING btree (organisation, status, last_started_at DESC, execution_id DESC)
CREATE INDEX archived_executions_tags ON ONLY public.archived_executions USING gin (tags)
CREATE INDEX archived_executions_version ON ONLY public.archived_executions USING btree (organisation, flow, version, ended_at)
CREATE INDEX audit_intents_at ON public.audit_intents USING btree (at)
CREATE INDEX audit_records_action ON ONLY public.audit_records USING btree (organisation, action, seq DESC)
CREATE INDEX audit_records_actor ON ONLY public.audit_records USING btree (organisation, actor, seq DESC)
CREATE INDEX audit_records_at ON ONLY public.audit_records USING btree (organisation, at DESC, seq DESC)
CREATE INDEX audit_records_subject ON ONLY public.audit_records USING btree (organisation, subject_type, subject, seq DESC)
CREATE INDEX events_chain ON public.events USING gin (((outcome -> 'started'::text))) WHERE (kind = 'flow_ended'::text)
CREATE INDEX events_open ON public.events USING btree (next_attempt_at) WHERE (processed_at IS NULL)
CREATE INDEX events_received ON public.events USING brin (received_at)
CREATE INDEX events_rejected ON public.events USING btree (organisation, id) WHERE rejected
CREATE INDEX events_source ON public.events USING btree (organisation, "left"(source, 200), id)
CREATE INDEX events_type ON public.events USING btree (organisation, "left"(type, 200), id)
CREATE INDEX flow_versions_awaits ON public.flow_versions USING gin (weir_awaits(ir))
CREATE INDEX flow_versions_triggers ON public.flow_versions USING gin (weir_flow_triggers(ir))
CREATE INDEX flows_category ON public.flows USING btree (organisation, category)
CREATE INDEX flows_search ON public.flows USING gin (search)
CREATE INDEX flows_tags ON public.flows USING gin (tags)
CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING btree (created_at)
CREATE INDEX login_attempts_expiry ON public.login_attempts USING btree (expires_at)
CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at)
CREATE INDEX sessions_user ON public.sessions USING btree (organisation, user_id)
CREATE INDEX tokens_maker ON public.tokens USING btree (organisation, created_by, created_at DESC, id DESC)
CREATE INDEX tokens_organisation ON public.tokens USING btree (organisation, created_at DESC, id DESC)
CREATE UNIQUE INDEX action_catalogues_pkey ON public.action_catalogues USING btree (organisation, revision)
CREATE UNIQUE INDEX adapter_manifests_current ON public.adapter_manifests USING btree (organisation, name) WHERE current
CREATE UNIQUE INDEX adapter_manifests_pkey ON public.adapter_manifests USING btree (organisation, hash)
CREATE UNIQUE INDEX archived_executions_pkey ON ONLY public.archived_executions USING btree (organisation, started_at, execution_id)
CREATE UNIQUE INDEX audit_anchors_pkey ON public.audit_anchors USING btree (organisation, seq)
CREATE UNIQUE INDEX audit_checkpoints_pkey ON public.audit_checkpoints USING btree (organisation, seq)
CREATE UNIQUE INDEX audit_heads_pkey ON public.audit_heads USING btree (organisation)
CREATE UNIQUE INDEX audit_intents_pkey ON public.audit_intents USING btree (id)
CREATE UNIQUE INDEX audit_records_pkey ON ONLY public.audit_records USING btree (organisation, seq, at)
CREATE UNIQUE INDEX audit_staged_pkey ON public.audit_staged USING btree (id)
CREATE UNIQUE INDEX deployments_pkey ON public.deployments USING btree (organisation, environment, flow_id, revision)
CREATE UNIQUE INDEX environments_pkey ON public.environments USING btree (organisation, name)
CREATE UNIQUE INDEX events_organisation_identity_key ON public.events USING btree (organisation, identity)
CREATE UNIQUE INDEX events_pkey ON public.events USING btree (organisation, id)
CREATE UNIQUE INDEX flow_versions_pkey ON public.flow_versions USING btree (organisation, flow_id, version)
CREATE UNIQUE INDEX flows_organisation_name_key ON public.flows USING btree (organisation, name)
CREATE UNIQUE INDEX flows_pkey ON public.flows USING btree (organisation, id)
CREATE UNIQUE INDEX grants_organisation_subject_kind_subject_role_scope_kind_sc_key ON public.grants USING btree (organisation, subject_kind, subject, role, scope_kind, scope) NULLS NOT DISTINCT
CREATE UNIQUE INDEX grants_pkey ON public.grants USING btree (id)
CREATE UNIQUE INDEX idempotency_keys_pkey ON public.idempotency_keys USING btree (organisation, actor, key)
CREATE UNIQUE INDEX login_attempts_pkey ON public.login_attempts USING btree (state_hash)
CREATE UNIQUE INDEX organisations_pkey ON public.organisations USING btree (id)
CREATE UNIQUE INDEX positions_pkey ON public.positions USING btree (name)
CREATE UNIQUE INDEX schedules_pkey ON public.schedules USING btree (organisation, id)
CREATE UNIQUE INDEX sessions_pkey ON public.sessions USING btree (id_hash)
CREATE UNIQUE INDEX templates_pkey ON public.templates USING btree (organisation, name)
CREATE UNIQUE INDEX tokens_pkey ON public.tokens USING btree (id)
CREATE UNIQUE INDEX users_organisation_issuer_subject_key ON public.users USING btree (organisation, issuer, subject)
CREATE UNIQUE INDEX users_pkey ON public.users USING btree (organisation, id)

-- triggers
CREATE CONSTRAINT TRIGGER audit_staged_chained AFTER INSERT ON public.audit_staged DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION weir_audit_chain()
CREATE TRIGGER audit_anchors_immutable BEFORE DELETE OR UPDATE ON public.audit_anchors FOR EACH ROW EXECUTE FUNCTION weir_refuse_change()
CREATE TRIGGER audit_anchors_no_truncate BEFORE TRUNCATE ON public.audit_anchors FOR EACH STATEMENT EXECUTE FUNCTION weir_refuse_change()
CREATE TRIGGER audit_checkpoints_immutable BEFORE DELETE OR UPDATE ON public.audit_checkpoints FOR EACH ROW EXECUTE FUNCTION weir_refuse_change()
CREATE TRIGGER audit_checkpoints_no_truncate BEFORE TRUNCATE ON public.audit_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION weir_refuse_change()
CREATE TRIGGER audit_records_appended BEFORE INSERT ON public.audit_records FOR EACH ROW WHEN ((CURRENT_USER = 'weir_app'::name)) EXECUTE FUNCTION weir_refuse_change()
CREATE TRIGGER audit_records_immutable BEFORE DELETE OR UPDATE ON public.audit_records FOR EACH ROW EXECUTE FUNCTION weir_refuse_change()
CREATE TRIGGER audit_records_no_truncate BEFORE TRUNCATE ON public.audit_records FOR EACH STATEMENT EXECUTE FUNCTION weir_refuse_change()
CREATE TRIGGER deployments_immutable BEFORE DELETE OR UPDATE ON public.deployments FOR EACH ROW EXECUTE FUNCTION weir_refuse_change()
CREATE TRIGGER flow_versions_immutable BEFORE DELETE OR UPDATE ON public.flow_versions FOR EACH ROW EXECUTE FUNCTION weir_refuse_change()
CREATE TRIGGER organisations_first_environments AFTER INSERT ON public.organisations FOR EACH ROW EXECUTE FUNCTION weir_first_environments()

-- functions
CREATE OR REPLACE FUNCTION public.weir_actor_name(org text, actor text)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  SELECT CASE
    WHEN actor LIKE 'token:%' THEN (SELECT t.name FROM tokens t WHERE t.organisation = org AND t.id = substr(actor, 7)::uuid)
    WHEN actor LIKE 'user:%' THEN (SELECT u.name FROM users u WHERE u.organisation = org AND u.id = actor)
  END
$function$
CREATE OR REPLACE FUNCTION public.weir_audit_append(org text, entries jsonb)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  INSERT INTO audit_staged (organisation, entries) VALUES (org, entries)
$function$
CREATE OR REPLACE FUNCTION public.weir_audit_chain()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$
CREATE OR REPLACE FUNCTION public.weir_audit_partitions()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '2s'
AS $function$
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
$function$
CREATE OR REPLACE FUNCTION public.weir_audit_retain(keep_months integer)
 RETURNS TABLE(organisation text, seq bigint, dropped_partition text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '2s'
AS $function$
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
$function$
CREATE OR REPLACE FUNCTION public.weir_awaits(ir json)
 RETURNS text[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
BEGIN
  RETURN ARRAY(SELECT json_array_elements_text(ir -> 'awaits'));
EXCEPTION
  WHEN OTHERS THEN RETURN ARRAY['*'];
END
$function$
CREATE OR REPLACE FUNCTION public.weir_drop_archive(before timestamp with time zone)
 RETURNS TABLE(organisation text, executions bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '3s'
AS $function$
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
$function$
CREATE OR REPLACE FUNCTION public.weir_ensure_partitions(parent regclass, at timestamp with time zone, months integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  first date := date_trunc('month', at AT TIME ZONE 'UTC')::date;
  month date;
  part text;
BEGIN
  FOR step IN 0..months LOOP
    month := (first + make_interval(months => step))::date;
    part := format('%s_%s', (SELECT relname FROM pg_class WHERE oid = parent), to_char(month, 'YYYY_MM'));
    CONTINUE WHEN to_regclass(format('public.%I', part)) IS NOT NULL;
    BEGIN
      EXECUTE format(
        'CREATE TABLE public.%I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)',
        part, parent, month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00'
      );
    EXCEPTION
      WHEN duplicate_table THEN NULL; -- another process was quicker
    END;
  END LOOP;
END
$function$
CREATE OR REPLACE FUNCTION public.weir_first_environments()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO environments (organisation, name, rank, runs_latest)
  VALUES (NEW.id, 'dev', 1, true), (NEW.id, 'staging', 2, false), (NEW.id, 'prod', 3, false);
  RETURN NULL;
END
$function$
CREATE OR REPLACE FUNCTION public.weir_flow_triggers(ir json)
 RETURNS text[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
BEGIN
  RETURN ARRAY(
    SELECT (one ->> 'flow') || ' ' || (one ->> 'state') FROM json_array_elements(ir -> 'triggers') AS one
    WHERE one ->> 'on' = 'flow'
  );
EXCEPTION
  WHEN OTHERS THEN RETURN ARRAY['*'];
END
$function$
CREATE OR REPLACE FUNCTION public.weir_refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION '% of % is refused: its rows never change', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$function$

-- rights of weir_app on tables
action_catalogues: DELETE, INSERT, SELECT, UPDATE
adapter_manifests: DELETE, INSERT, SELECT, UPDATE
archived_executions: DELETE, INSERT, SELECT, UPDATE
audit_anchors: SELECT
audit_checkpoints: INSERT, SELECT
audit_heads: SELECT
audit_intents: DELETE, INSERT, SELECT, UPDATE
audit_records: SELECT
deployments: DELETE, INSERT, SELECT, UPDATE
environments: DELETE, INSERT, SELECT, UPDATE
events: DELETE, INSERT, SELECT, UPDATE
flow_versions: DELETE, INSERT, SELECT, UPDATE
flows: DELETE, INSERT, SELECT, UPDATE
grants: DELETE, INSERT, SELECT, UPDATE
idempotency_keys: DELETE, INSERT, SELECT, UPDATE
login_attempts: DELETE, INSERT, SELECT, UPDATE
organisations: DELETE, INSERT, SELECT, UPDATE
positions: DELETE, INSERT, SELECT, UPDATE
schedules: DELETE, INSERT, SELECT, UPDATE
sessions: DELETE, INSERT, SELECT, UPDATE
templates: DELETE, INSERT, SELECT, UPDATE
tokens: DELETE, INSERT, SELECT, UPDATE
users: DELETE, INSERT, SELECT, UPDATE

-- functions that weir_app may call
weir_actor_name
weir_audit_append
weir_audit_partitions
weir_audit_retain
weir_awaits
weir_drop_archive
weir_ensure_partitions
weir_first_environments
weir_flow_triggers
weir_refuse_change
