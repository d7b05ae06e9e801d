import {UsageError} from '../errors.ts';
import type {RegistryAccess} from '../index.ts';
import {askSecret} from './ask-secret.ts';
import type {Arguments} from './command.ts';
import {type Flag, reachFlags} from './flags.ts';
import {reachOf} from './reach-flags.ts';
import type {Shell} from './shell.ts';

/** Flags of commands that ask one registry. */
export const accessFlags: readonly Flag[] = [
	...reachFlags,
	{name: 'creds', value: 'USER', text: 'a login; -: from stdin; else $STRATA_CREDS'},
];

/** What `--help` says of logins. */
export const credsNote = [
	'--creds USER asks for the password. USER:PASSWORD is taken too, but all users of',
	'this machine can read it; strata login keeps a login for good.',
];

/** How a command line wants registries to be reached; a password is asked for if one is missing. */
export async function accessOf(args: Arguments, shell: Shell): Promise<RegistryAccess> {
	const login = await loginOf(args.text('creds') ?? shell.env.STRATA_CREDS, shell);
	return {...reachOf(args), ...(login ? {login} : {})};
}

/** `USER:PASSWORD`, which everybody on the machine can see among the words of a command, as with buildah; `USER`; or `-`. */
export async function loginOf(creds: string | undefined, shell: Shell): Promise<RegistryAccess['login']> {
	if (creds === undefined || creds === '') return undefined;
	const text = creds === '-' ? await firstLine(shell) : creds;
	const [, username = '', password] = /^([^:]+)(?::(.*))?$/s.exec(text) ?? [];
	if (username === '') {
		throw new UsageError('FLAG_VALUE', '--creds has no name of a user', {help: ['as in: --creds USER']});
	}
	return {username, password: password ?? (await askSecret(`Password of ${username}: `, shell))};
}

async function firstLine({stdin}: Shell): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
	return Buffer.concat(chunks).toString('utf8').split('\n')[0]?.replace(/\r$/, '') ?? '';
}
