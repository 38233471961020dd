import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ExportVerdict } from '../../audit/export-verdict.ts';
import { OutsideCheckpoints } from '../../audit/outside-checkpoints.ts';
import { createVerifier } from '../../audit/signer.ts';
import { verifyExport } from '../../audit/verify-export.ts';
import { Fields } from '../answer-fields.ts';
import { CliError, usageError } from '../cli-error.ts';
import { clientFor } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';

const CHUNK = 1024 * 1024;

/** Verifies an export from its bytes alone; without a file, asks the server to verify its database. */
export const auditVerify: CommandFunction = async (context) => {
  const { args, options, io } = context;
  const [file] = args;
  const key = options.text('key');
  const checkpoints = options.text('checkpoints');
  if (file === undefined) {
    if (key !== null || checkpoints !== null)
      throw usageError(
        '--key and --checkpoints are for a file.',
        'As in: weir audit verify audit.jsonl --key audit.pub.pem',
      );
    return verifyServer(context);
  }
  const trustedKeyPem = key === null ? null : await readKey(key, context);
  const trusted = trustedKeyPem === null ? {} : { trustedKeyPem };
  const outside = checkpoints === null ? null : await readCheckpoints(checkpoints, trusted, context);
  const chunks = file === '-' ? bytesOf(io.stdin) : createReadStream(resolve(io.cwd, file), { highWaterMark: CHUNK });
  try {
    const verdict = await verifyExport(chunks, { ...trusted, ...(outside !== null && { outside }) });
    return tell(verdict, context);
  } catch (error) {
    throw unreadable(file, error);
  }
};

function tell(verdict: ExportVerdict, { options, terminal }: CommandContext): ExitCode {
  const { ok, fault, organisation, records, last, keyId, trustedKey, checkpoints, outsideCheckpoints } = verdict;
  const exit = ok ? EXIT_CODES.ok : EXIT_CODES.failed;
  const { style } = terminal;
  if (options.flag('json')) {
    terminal.json({
      ok,
      fault,
      organisation,
      records,
      last,
      checkpoints,
      key_id: keyId,
      trusted_key: trustedKey,
      outside_checkpoints: outsideCheckpoints,
    });
    return exit;
  }
  if (fault !== null) {
    const place = [
      fault.line === null ? null : `line ${fault.line}`,
      fault.seq === null ? null : `record ${fault.seq}`,
    ];
    terminal.out(
      `${style.red('✗')} ${[...place, fault.code].filter((part) => part !== null).join(', ')}: ${fault.message}`,
    );
    if (records > 0 && last !== null) terminal.out(`  ${records} records before it hold, up to record ${last.seq}`);
    return exit;
  }
  terminal.out(
    `${style.green('✓')} ${records} records of ${organisation} hold, up to record ${last?.seq} (${last?.hash})`,
  );
  terminal.out(`  signed with key ${keyId}, ${checkpoints} checkpoints in it`);
  if (outsideCheckpoints !== null) terminal.out(`  ${outsideCheckpoints} checkpoints kept outside agree`);
  if (!trustedKey)
    terminal.note(
      `${style.yellow('note')} That it is whole and unchanged rests on the key in the file itself. Whose key it is, --key PUBLIC.pem tells.`,
    );
  return exit;
}

async function verifyServer(context: CommandContext): Promise<ExitCode> {
  const { options, terminal } = context;
  const { body } = await clientFor(context).get('/audit/verify');
  const report = new Fields(body);
  const ok = report.flag('ok');
  if (options.flag('json')) terminal.json(body);
  else if (ok) terminal.out(`${terminal.style.green('✓')} ${report.show('records')} records in the database hold`);
  else for (const fault of report.texts('faults')) terminal.out(`${terminal.style.red('✗')} ${fault}`);
  return ok ? EXIT_CODES.ok : EXIT_CODES.failed;
}

async function readKey(file: string, { io }: CommandContext): Promise<string> {
  const text = await readText(file, io.cwd);
  try {
    createVerifier(text);
  } catch {
    throw usageError(`${file} holds no Ed25519 public key in PEM.`);
  }
  return text;
}

async function readCheckpoints(
  file: string,
  trusted: { readonly trustedKeyPem?: string },
  { io }: CommandContext,
): Promise<OutsideCheckpoints> {
  const text = await readText(file, io.cwd);
  try {
    return new OutsideCheckpoints(text, trusted);
  } catch (error) {
    throw usageError(`${file}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

async function readText(file: string, cwd: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return error;
  return new CliError(`${file} can't be read: ${String(error.code)}.`, { exit: EXIT_CODES.usage, cause: error });
}

async function* bytesOf(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}
