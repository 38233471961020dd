-- The role that the API and the workers take after connecting: it reads and writes, but owns nothing and changes no structure.
DO $$
BEGIN
  CREATE ROLE weir_app NOLOGIN;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL; -- roles belong to the server, not to one database
END
$$;
--> statement-breakpoint
DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'weir_app', 'MEMBER') THEN
    EXECUTE format('GRANT weir_app TO %I', current_user);
  END IF;
END
$$;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO weir_app;
--> statement-breakpoint
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO weir_app;
--> statement-breakpoint
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO weir_app;
--> statement-breakpoint
CREATE TABLE organisations (
  id text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9-]{0,62}$'),
  title text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
--> statement-breakpoint
-- Monthly partitions of a table partitioned by range of a timestamptz: that of `at` and of the months after it.
CREATE FUNCTION weir_ensure_partitions(parent regclass, at timestamptz, months integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
$$;
--> statement-breakpoint
-- It runs as the owner: for the application's role alone, not for whoever else may connect.
REVOKE ALL ON FUNCTION weir_ensure_partitions FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION weir_ensure_partitions TO weir_app;
--> statement-breakpoint
INSERT INTO organisations (id, title) VALUES ('default', 'Default');
