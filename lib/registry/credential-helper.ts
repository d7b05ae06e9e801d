import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {UsageError} from '../errors.ts';
import {findProgram} from '../programs.ts';
import type {Login} from './login.ts';
import type {LoginEnvironment} from './login-files.ts';

/** A program that keeps logins. https://github.com/docker/docker-credential-helpers#development */
export interface CredentialHelper {
	/** undefined if it has none for this server. */
	get(server: string): Promise<Login | undefined>;
	store(server: string, login: Login): Promise<void>;
	erase(server: string): Promise<void>;
}

/** The helper that a file with logins calls `name`; undefined if there is no such program: then it keeps nothing. */
export function credentialHelper(name: string, env: LoginEnvironment): CredentialHelper | undefined {
	const program = /^[\w.-]+$/.test(name) ? findProgram(`docker-credential-${name}`, env.PATH) : undefined;
	if (program === undefined) return undefined;
	const ask = (action: 'get' | 'store' | 'erase', input: string) => run({program, action, input, env});
	return {
		async get(server) {
			const {code, stdout} = await ask('get', server);
			// it has no other way to say so
			if (code !== 0 && /credentials not found/i.test(stdout)) return undefined;
			if (code !== 0) throw failed(name, 'get', code);
			return loginIn(stdout) ?? unreadable(name);
		},
		async store(server, login) {
			const [Username, Secret] =
				'identityToken' in login ? ['<token>', login.identityToken] : [login.username, login.password];
			const {code} = await ask('store', JSON.stringify({ServerURL: server, Username, Secret}));
			if (code !== 0) throw failed(name, 'store', code);
		},
		async erase(server) {
			const {code, stdout} = await ask('erase', server);
			if (code !== 0 && !/credentials not found/i.test(stdout)) throw failed(name, 'erase', code);
		},
	};
}

interface Run {
	readonly program: string;
	readonly action: 'get' | 'store' | 'erase';
	/** What it gets on stdin: servers and logins are never words of a command. */
	readonly input: string;
	readonly env: LoginEnvironment;
}

async function run({program, action, input, env}: Run): Promise<{code: number | null; stdout: string}> {
	const child: ChildProcess = spawn(program, [action], {stdio: ['pipe', 'pipe', 'ignore'], env: {...env}});
	child.stdin?.on('error', () => {});
	child.stdin?.end(input);
	const ended = once(child, 'close') as Promise<[number | null]>;
	const [stdout, [code]] = await Promise.all([child.stdout ? text(child.stdout) : '', ended]);
	return {code, stdout};
}

function loginIn(json: string): Login | undefined {
	try {
		const {Username: username, Secret: password} = JSON.parse(json) as {Username?: unknown; Secret?: unknown};
		if (typeof username !== 'string' || typeof password !== 'string') return undefined;
		return username === '<token>' ? {identityToken: password} : {username, password};
	} catch {
		return undefined;
	}
}

/** What a helper printed may be a secret: it is told to nobody. */
function failed(name: string, action: string, code: number | null): UsageError {
	return new UsageError('LOGIN_HELPER', `docker-credential-${name} ${action} ended with code ${code}`, {
		help: [`does it work by itself? docker-credential-${name} list`],
	});
}

function unreadable(name: string): never {
	throw new UsageError('LOGIN_HELPER', `docker-credential-${name} get does not answer with a login`, {
		help: [`does it work by itself? docker-credential-${name} list`],
	});
}
