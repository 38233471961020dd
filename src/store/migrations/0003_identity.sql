-- People that an identity provider has named. Nothing but what is needed to show who did something.
CREATE TABLE users (
  organisation text NOT NULL REFERENCES organisations (id),
  -- `user:<hash of issuer and subject>`
  id text NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  name text NOT NULL,
  disabled_at timestamptz,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  PRIMARY KEY (organisation, id),
  UNIQUE (organisation, issuer, subject)
);
--> statement-breakpoint
-- Machine tokens. The secret itself is shown once and kept as its SHA-256 only (256 random bits need no slow hash).
CREATE TABLE tokens (
  id uuid PRIMARY KEY,
  organisation text NOT NULL REFERENCES organisations (id),
  name text NOT NULL,
  secret_hash bytea NOT NULL,
  -- [{ "role": "operator", "on": { "kind": "all" } }, …]
  grants jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by text,
  last_used_at timestamptz
);
--> statement-breakpoint
CREATE INDEX tokens_organisation ON tokens (organisation, created_at DESC, id DESC);
--> statement-breakpoint
CREATE INDEX tokens_maker ON tokens (organisation, created_by, created_at DESC, id DESC);
--> statement-breakpoint
-- Browser sessions; the cookie's value is kept as its SHA-256 only.
CREATE TABLE sessions (
  id_hash bytea PRIMARY KEY,
  organisation text NOT NULL,
  user_id text NOT NULL,
  -- Roles and groups that the identity provider gave at login.
  claims jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  -- Written at most every five minutes; a session that lies idle ends early.
  last_seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  FOREIGN KEY (organisation, user_id) REFERENCES users (organisation, id)
);
--> statement-breakpoint
CREATE INDEX sessions_expiry ON sessions (expires_at);
--> statement-breakpoint
CREATE INDEX sessions_user ON sessions (organisation, user_id);
--> statement-breakpoint
-- Logins under way: what the callback must match (state, PKCE verifier, nonce). Taken once, gone after ten minutes.
-- The verifier is of no use without the code, which comes with the callback and lives as briefly.
CREATE TABLE login_attempts (
  state_hash bytea PRIMARY KEY,
  code_verifier text NOT NULL,
  nonce text NOT NULL,
  return_to text NOT NULL,
  expires_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE INDEX login_attempts_expiry ON login_attempts (expires_at);
--> statement-breakpoint
-- Who may do what, given by an administrator: to a user, or to a group that the identity provider names.
CREATE TABLE grants (
  id uuid PRIMARY KEY,
  organisation text NOT NULL REFERENCES organisations (id),
  subject_kind text NOT NULL CHECK (subject_kind IN ('user', 'group')),
  subject text NOT NULL,
  role text NOT NULL,
  scope_kind text NOT NULL CHECK (scope_kind IN ('all', 'category', 'flow')),
  scope text,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  CHECK ((scope_kind = 'all') = (scope IS NULL)),
  UNIQUE NULLS NOT DISTINCT (organisation, subject_kind, subject, role, scope_kind, scope)
);
--> statement-breakpoint
-- What people call an actor (`token:…`, `user:…`) of an organisation; the id itself where it has no name.
CREATE FUNCTION weir_actor_name(org text, actor text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN actor LIKE 'token:%' THEN (SELECT t.name FROM tokens t WHERE t.organisation = org AND t.id = substr(actor, 7)::uuid)
    WHEN actor LIKE 'user:%' THEN (SELECT u.name FROM users u WHERE u.organisation = org AND u.id = actor)
  END
$$;
