import {accessSync, constants, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {UsageError} from '../errors.ts';
import type {Login} from './login.ts';

/** Variables that say where logins are kept. */
export type LoginEnvironment = Readonly<Record<string, string | undefined>>;

/** What a file of docker or podman keeps. https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md */
export interface LoginFile {
	readonly path: string;
	/** By name, without the scheme and the version that old files have: `https://index.docker.io/v1/`. */
	readonly logins: ReadonlyMap<string, Login>;
	/** The helper that keeps the logins of a registry, if one does. */
	helperFor(registry: string): string | undefined;
}

/** Where logins are looked for, in this order. */
export function loginFiles(env: LoginEnvironment): readonly string[] {
	const {REGISTRY_AUTH_FILE: named, XDG_RUNTIME_DIR: session, HOME: home} = env;
	if (named) return [named];
	return [
		...dockerFile(env),
		...(session ? [join(session, 'containers/auth.json')] : []),
		...(home ? [join(home, '.config/containers/auth.json')] : []),
	];
}

/** Where a login is kept: docker, podman, buildah and skopeo all read it there. */
export function ownLoginFile(env: LoginEnvironment): string {
	const [file] = env.REGISTRY_AUTH_FILE ? [env.REGISTRY_AUTH_FILE] : dockerFile(env);
	if (file !== undefined) return file;
	throw new UsageError('NO_HOME', 'there is no place to keep a login: HOME is not set', {
		help: ['name a file: --authfile FILE'],
	});
}

function dockerFile({DOCKER_CONFIG: docker, HOME: home}: LoginEnvironment): readonly string[] {
	const folder = docker || (home && join(home, '.docker'));
	return folder ? [join(folder, 'config.json')] : [];
}

/** Whether this user may read a file. */
export function isReadable(path: string): boolean {
	try {
		accessSync(path, constants.R_OK);
		return true;
	} catch {
		return false;
	}
}

/** Reads a file with logins; one that is not there has none. Throws a UsageError for one that cannot be read or understood. */
export function readLoginFile(path: string): LoginFile {
	const document = readDocument(path);
	const {credsStore} = document;
	const credHelpers = Object.entries(tableIn(document, 'credHelpers', path));
	return {
		path,
		logins: new Map(
			Object.entries(tableIn(document, 'auths', path)).flatMap(([name, entry]) => {
				const login = loginOf(isTable(entry) ? entry : {});
				return login ? [[plainName(name), login] as const] : [];
			}),
		),
		helperFor(registry) {
			const hosts = hostsOf(registry);
			const [, own] = credHelpers.find(([name]) => hosts.includes(plainName(name))) ?? [];
			return [own, credsStore].find(helper => typeof helper === 'string' && helper !== '') as string | undefined;
		},
	};
}

export type Table = Readonly<Record<string, unknown>>;

/** All that a file says, other things than logins too. Throws a UsageError where that cannot be known. */
export function readDocument(path: string): Table {
	const text = textOf(path);
	return text.trim() === '' ? {} : parsed(text, path);
}

/** A table of a document; empty where it is missing or null, as Go writes what is empty. */
export function tableIn(document: Table, name: 'auths' | 'credHelpers', path: string): Table {
	const table = document[name] ?? {};
	if (isTable(table)) return table;
	throw unreadable(path, otherJson);
}

function parsed(text: string, path: string): Table {
	let document: unknown;
	try {
		document = JSON.parse(text);
	} catch (error) {
		throw unreadable(path, 'it is no JSON', error);
	}
	if (isTable(document)) return document;
	throw unreadable(path, otherJson);
}

function isTable(value: unknown): value is Table {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function loginOf({auth, identitytoken}: Table): Login | undefined {
	if (typeof identitytoken === 'string' && identitytoken !== '') return {identityToken: identitytoken};
	if (typeof auth !== 'string' || !/^[\w+/]+=*$/.test(auth)) return undefined;
	const [, username = '', password] = /^([^:]*):(.*)$/s.exec(Buffer.from(auth, 'base64').toString('utf8')) ?? [];
	return password === undefined ? undefined : {username, password};
}

/** What a registry is called where logins are kept. */
export function hostsOf(registry: string): readonly string[] {
	return registry === 'docker.io' ? ['docker.io', 'index.docker.io'] : [registry];
}

/** What a helper, and a file of docker's, calls a registry. */
export function serverOf(registry: string): string {
	return registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
}

/** The name of a login without what old files write around it. */
export function plainName(name: string): string {
	return name.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '');
}

const otherJson = 'its JSON is none of docker or podman';

function unreadable(path: string, state: string, cause?: unknown): UsageError {
	const help = ['repair it, or move it away and log in anew: strata login'];
	return new UsageError('LOGIN_FILE', `cannot read the logins in ${path}: ${state}`, {cause, help});
}

/** Empty where there is no file; one that is there and cannot be read is not nothing. */
function textOf(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		const {code, message} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return '';
		throw unreadable(path, message, error);
	}
}
