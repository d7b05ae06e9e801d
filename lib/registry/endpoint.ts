import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {UsageError} from '../errors.ts';
import {authorities} from '../http/authorities.ts';
import {isLoopback} from '../http/proxy.ts';
import type {TlsOptions} from '../http/request.ts';
import type {RegistryAccess} from './access.ts';

/** Where a registry's API is. */
export interface Endpoint {
	readonly url: URL;
	/** Where it may be instead, if nothing speaks https there. */
	readonly fallback?: URL;
	readonly tls: TlsOptions;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The endpoint of a registry: by https, but for names that are this machine by themselves. Where certificates are kept for
 * the registry, https it is; where none have to be right, http is the other way.
 */
export function endpointOf(registry: string, access: RegistryAccess, env: Environment): Endpoint {
	const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
	const folder = access.certDir ?? certFolder(registry, env);
	const at = (scheme: 'http' | 'https') => new URL(`${scheme}://${host}`);
	if (access.tlsVerify === false) {
		return {url: at('https'), fallback: at('http'), tls: {...tlsFrom(folder, env), rejectUnauthorized: false}};
	}
	const isPlain = access.tlsVerify === undefined && folder === undefined && isLoopback(at('http').hostname);
	return {url: at(isPlain ? 'http' : 'https'), tls: tlsFrom(folder, env)};
}

/** https://docs.docker.com/engine/security/certificates, https://github.com/containers/image/blob/main/docs/containers-certs.d.5.md */
function certFolder(registry: string, {HOME: home}: Environment): string | undefined {
	const roots = [...(home ? [join(home, '.config/containers')] : []), '/etc/containers', '/etc/docker'];
	return roots.map(root => join(root, 'certs.d', registry)).find(folder => existsSync(folder));
}

function tlsFrom(folder: string | undefined, env: Environment): TlsOptions {
	if (folder === undefined) return {};
	const names = filesIn(folder);
	const [own, certificates] = ['.crt', '.cert'].map(end => names.filter(name => name.endsWith(end)));
	const keys = certificates?.map(name => name.replace(/cert$/, 'key')) ?? [];
	const missing = keys.find(name => !names.includes(name));
	if (missing !== undefined) throw unusable(folder, `${missing} is missing`, 'a certificate has its key beside it');
	const read = (name: string) => readPart(join(folder, name), folder);
	return {
		// what is named takes the place of all that Node trusts by itself
		...(own?.length
			? {ca: [...process.getBuiltinModule('node:tls').rootCertificates, ...authorities(env), ...own.map(read)]}
			: {}),
		...(certificates?.length ? {cert: certificates.map(read), key: keys.map(read)} : {}),
	};
}

function filesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		throw unusable(folder, (error as Error).message, 'name a folder with ca.crt, client.cert, client.key', error);
	}
}

function readPart(path: string, folder: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		throw unusable(folder, (error as Error).message, 'may you read it?', error);
	}
}

function unusable(folder: string, note: string, help: string, cause?: unknown): UsageError {
	return new UsageError('CERT_DIR', `the certificates in ${folder} cannot be used`, {
		notes: [note],
		help: [help],
		cause,
	});
}
