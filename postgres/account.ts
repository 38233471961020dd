import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** The user that PostgreSQL runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const NAMES = ['postgres', '_postgres', 'nobody'];

/**
 * The account to drop to, for PostgreSQL refuses to run as root; undefined when this process isn't root. `owner` is the
 * user id of data that are already there: they keep theirs. Throws when the machine has no fitting account.
 */
export async function unprivilegedAccount(owner?: number): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = parsePasswd(await readFile('/etc/passwd', 'utf8'));
  const ofOwner = owner ? accounts.find(({ uid }) => uid === owner) : undefined;
  if (ofOwner !== undefined) return ofOwner;
  for (const wanted of NAMES) {
    const account = accounts.find(({ name }) => name === wanted);
    if (account !== undefined) return account;
  }
  throw new Error(
    `PostgreSQL doesn't run as root, and this machine has none of the users ${NAMES.join(', ')}. Run as another user, or set DATABASE_URL`,
  );
}

/** Whether `account` may do what `flag` of test(1) says, asked of the kernel: it alone knows every rule. */
export function mayAccess(account: Account | undefined, flag: '-r' | '-x', path: string): boolean {
  const { status } = spawnSync('/bin/sh', ['-c', `[ ${flag} "$1" ]`, 'sh', path], {
    cwd: '/',
    stdio: 'ignore',
    ...identity(account),
  });
  return status === 0;
}

/** For the options of node:child_process. */
export function identity(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

/** A command that becomes the one appended to it, as `account`, under the same process id. */
export function becoming(account: Account | undefined): string[] {
  if (account === undefined) return [];
  const { uid, gid } = account;
  if (process.platform === 'darwin') return ['/usr/sbin/chroot', '-u', `${uid}`, '-g', `${gid}`, '/'];
  const hasSetpriv = spawnSync('setpriv', ['--version'], { stdio: 'ignore' }).status === 0;
  return hasSetpriv
    ? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--']
    : ['chroot', `--userspec=${uid}:${gid}`, '--groups=', '/'];
}

function parsePasswd(text: string): Account[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid, gid] = line.split(':');
    const account = { name, uid: Number(uid), gid: Number(gid) };
    return account.uid > 0 && account.gid > 0 ? [account] : [];
  });
}
