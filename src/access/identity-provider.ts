import type { FastifyBaseLogger } from 'fastify';
import { errors, jwtVerify } from 'jose';
import { callerOfClaims } from './jwt-claims.js';
import { providerKeys } from './provider-keys.js';
import { unauthenticated } from './refusals.js';
import type { Identity } from './token-lookup.js';

/** Signatures that only the holder of a private key can make. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** How far the provider's clock may be off. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** An identity provider, and what its JWTs must say. */
export interface IdentityProviderConfig {
  /** Where its public keys are. */
  jwksUrl: string;
  /** What the claim iss must be. */
  issuer: string;
  /** What the claim aud must be, or hold. */
  audience: string;
}

/** Tells whom a JWT stands for. */
export type VerifyJwt = (token: string) => Promise<Identity>;

/**
 * Makes the check of the JWTs of one identity provider.
 *
 * It throws UNAUTHENTICATED for a JWT that is not good, and IDENTITY_PROVIDER_UNAVAILABLE when that cannot be told.
 */
export function jwtVerifier(
  { jwksUrl, issuer, audience }: IdentityProviderConfig,
  log: Pick<FastifyBaseLogger, 'warn'>,
): VerifyJwt {
  const keys = providerKeys(jwksUrl, log);
  const rules = {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['exp'],
  };
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, rules).catch((error: unknown) => {
      throw error instanceof errors.JOSEError ? unauthenticated(explain(error)) : error;
    });
    return {
      caller: callerOfClaims(payload),
      // The provider's clock is nobody's but its own: for a JWT, that of this machine has to do.
      expiresInMs: ((payload.exp ?? 0) + CLOCK_TOLERANCE_SECONDS) * 1000 - Date.now(),
    };
  };
}

/** What is wrong, without anything from inside the token. */
function explain(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The JWT has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return explainClaim(error.claim);
  if (error instanceof errors.JOSEAlgNotAllowed)
    return 'The JWT is signed by an algorithm that is not allowed.';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return "The JWT is signed with a key that is not the identity provider's.";
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the JWT is wrong.';
  return 'The token is malformed: it is neither an access token nor a JWT.';
}

function explainClaim(claim: string): string {
  if (claim === 'aud') return 'The JWT is for another audience.';
  if (claim === 'iss') return 'The JWT is from another issuer.';
  if (claim === 'nbf') return 'The JWT is not valid yet.';
  if (claim === 'exp') return 'The JWT does not say when it expires.';
  return 'A claim of the JWT has a wrong value.';
}
