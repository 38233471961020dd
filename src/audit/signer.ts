import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** Signs checkpoints and exports. Ed25519. */
export interface Signer {
  /** First 16 hex digits of SHA-256 over the public key (SPKI). */
  readonly keyId: string;
  readonly publicKeyPem: string;
  /** Base64. */
  sign(text: string): string;
}

/** Checks signatures of one public key. */
export interface Verifier {
  readonly keyId: string;
  /** False for what is no signature, too. */
  verify(text: string, signature: string): boolean;
}

/** A signer with the private key of `privateKeyPem` (PKCS #8). Throws for what is no Ed25519 private key. */
export function createSigner({ privateKeyPem }: { readonly privateKeyPem: string }): Signer {
  const key = ed25519(() => createPrivateKey(privateKeyPem), 'private');
  const publicKey = createPublicKey(key);
  return {
    keyId: keyIdOf(publicKey),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64'),
  };
}

/** Throws for what is no Ed25519 public key (PEM). */
export function createVerifier(publicKeyPem: string): Verifier {
  const key = ed25519(() => createPublicKey(publicKeyPem), 'public');
  return {
    keyId: keyIdOf(key),
    verify: (text, signature) => verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64')),
  };
}

/** A new private key, as `createSigner` takes it (PEM). */
export function generateSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function ed25519(read: () => KeyObject, kind: string): KeyObject {
  let key: KeyObject | null = null;
  try {
    key = read();
  } catch {
    // What OpenSSL says on it may quote the key.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new Error(`not an Ed25519 ${kind} key in PEM`);
  return key;
}

function keyIdOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}
