import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { Problem } from '../../problems/problem.ts';
import { CredentialRefused } from '../credential-refused.ts';

/** Signatures by a key pair. Never `none`, never HMAC: its key would be one that the world can read. */
const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');
const CLOCK_SKEW_S = 30;
/** Header `typ` of access and ID tokens; logout and event tokens, DPoP proofs and so on have others. RFC 8725, 3.11. */
const TYPES = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);
/** What providers write into the payload of tokens that are no access tokens (Keycloak's `typ`, Cognito's `token_use`). */
const NO_ACCESS = new Set(['id', 'refresh', 'offline', 'logout']);

export interface Expected {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly maxAgeS: number;
  /** An ID token, which a login was answered with, or an access token. */
  readonly kind: 'access' | 'id';
  /** ms since the epoch. */
  readonly now: number;
}

/** The claims of a genuine token that is for us and holds now. Throws CredentialRefused, identity_unavailable. */
export async function verifyToken(
  token: string,
  keyOf: JWTVerifyGetKey,
  expected: Expected,
): Promise<JWTPayload & { sub: string }> {
  const { issuer, audience, maxAgeS, kind, now } = expected;
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keyOf, {
      algorithms: ALGORITHMS,
      issuer,
      audience: [...audience],
      clockTolerance: CLOCK_SKEW_S,
      requiredClaims: ['exp', 'iat', 'sub', 'aud', 'iss'],
      maxTokenAge: maxAgeS,
      currentDate: new Date(now),
    });
    if (protectedHeader.typ !== undefined && !TYPES.has(protectedHeader.typ.toLowerCase())) throw refused('type');
    if (kind === 'access') checkAccess(payload);
    if (typeof payload.sub !== 'string' || !/^[^\p{Cc}\p{Cs}]{1,255}$/u.test(payload.sub)) throw refused('sub');
    return { ...payload, sub: payload.sub };
  } catch (error) {
    if (error instanceof Problem || error instanceof CredentialRefused) throw error;
    throw refused(reasonOf(error), error);
  }
}

function checkAccess(payload: JWTPayload): void {
  for (const type of [payload.typ, payload.token_use])
    if (typeof type === 'string' && NO_ACCESS.has(type.toLowerCase())) throw refused('type');
  // Only ID tokens have these hashes. Where the audience is the client's id, nothing else tells the two apart.
  if (payload.at_hash !== undefined || payload.c_hash !== undefined) throw refused('type');
  // Bound to a key that the sender must prove to have (DPoP, mutual TLS): without the proof it may be stolen.
  if (payload.cnf !== undefined) throw refused('sender_constrained');
}

function reasonOf(error: unknown): Reason {
  if (error instanceof errors.JWTExpired) return error.claim === 'iat' ? 'too_old' : 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'audience';
    if (error.claim === 'iss') return 'issuer';
    return error.claim === 'nbf' ? 'not_yet' : 'claims';
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  return error instanceof errors.JWKSNoMatchingKey ? 'unknown_key' : 'malformed';
}

const DETAILS = {
  expired: 'The token has expired.',
  too_old: 'The token was issued too long ago.',
  not_yet: 'The token does not hold yet.',
  audience: 'The token was not issued for this API (aud).',
  issuer: 'The token comes from another issuer.',
  claims: 'The token lacks a claim (exp, iat, sub), or has one that can not be.',
  algorithm: 'The token is not signed with an algorithm that is taken here.',
  signature: 'The signature of the token is not genuine.',
  unknown_key: 'The token is signed with a key that the identity provider does not have.',
  type: 'This is not an access token.',
  sub: 'The subject of the token is empty, too long, or has characters that can not be shown.',
  sender_constrained: 'The token is bound to its sender, which is not supported here.',
  malformed: 'The token is not a genuine JWT.',
} as const;
type Reason = keyof typeof DETAILS;

function refused(reason: Reason, cause?: unknown): CredentialRefused {
  return new CredentialRefused(DETAILS[reason], { reason }, { cause });
}
