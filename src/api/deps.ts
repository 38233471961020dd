import type { CompileResult } from '../dsl/compile.ts';
import type { CompileEnvironment } from '../dsl/compile-environment.ts';
import type { JsonObject } from '../dsl/ir/json.ts';
import type { runVirtual } from '../workflows/host/run-virtual.ts';
import type { Authenticate } from './authenticate.ts';
import type { Drain } from './drain.ts';
import type { Idempotency } from './idempotency.ts';
import type { RateLimits } from './rate-limit.ts';
import type { Route } from './route.ts';
import type { ServicesFor } from './services.ts';

/** What the API is made of; wired in the composition root. */
export interface ApiDeps {
  readonly servicesFor: ServicesFor;
  readonly authenticate: Authenticate;
  readonly compile: (source: Uint8Array, environment: CompileEnvironment) => CompileResult;
  /** JSON Schema of the DSL, `GET /schema/flow.json`. */
  readonly flowSchema: JsonObject;
  readonly runVirtual?: typeof runVirtual;
  /** What is missing for work to go on, in words (no worker, …); empty: ready. Temporal is asked by the route itself. Default: nothing. */
  readonly missing?: () => Promise<readonly string[]>;
  /** Default: no limits (a folder on one's own machine). */
  readonly limits?: RateLimits;
  /** Addresses that the server is called under, beyond loopback: `https://weir.example.com`. */
  readonly publicUrls?: readonly string[];
  /** Proxies of one's own in front of the server, for the source address. Default 0. */
  readonly trustedProxies?: number;
  /** Keeps first answers by `Idempotency-Key`; absent without a database. */
  readonly idempotency?: Idempotency;
  /** Tells that the server closes: readiness says so, and streams end. Shared with serve(). */
  readonly drain?: Drain;
  /** Sees each handler's answer before it is sent: tests hold it against what the route documents. */
  readonly inspect?: (route: Route, answer: Response) => Promise<void>;
  readonly newRequestId: () => string;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Default: nothing is logged. */
  readonly log?: (level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly version: string;
}
