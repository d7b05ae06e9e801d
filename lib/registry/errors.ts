import {RegistryError, StrataError} from '../errors.ts';
import type {Failure} from '../http/attempts.ts';
import {isLoopback} from '../http/proxy.ts';
import {insecurity, reasonOf} from '../http/reason.ts';
import type {Descriptor} from '../oci/image.ts';
import {isImageConfig, isIndex, isManifest} from '../oci/media-types.ts';
import {canonicalName, familiarName, type Reference} from '../oci/reference.ts';
import {type DigestMismatchError, mismatchNotes} from '../oci/verify.ts';
import type {Deed} from './client.ts';
import {largestManifest} from './documents.ts';

/** No image has this name, or none that anyone may see. */
export function notFound(reference: Reference, host: string): RegistryError {
	return new RegistryError('IMAGE_NOT_FOUND', `image not found: ${canonicalName(reference)}`, {
		notes: [`${host} says 404, as it does for private images too`],
		help: [
			'look at its name and tag; what is in the store: strata images',
			`if it is private: strata login ${reference.registry}`,
		],
	});
}

/** What is there is something else: a web page, another artifact. `found`: its media type, or what else is wrong with it. */
export function noImage(name: string, found: string): RegistryError {
	const old = found.startsWith('application/vnd.docker.distribution.manifest.v1');
	return new RegistryError('NOT_AN_IMAGE', `${name} is not an image`, {
		notes: [old ? `it is in docker's format of before 2016: ${found}` : `found ${found || 'no media type'}`],
	});
}

/** The image is there, but for other platforms. */
export function noPlatform(name: string, wanted: string, offered: readonly string[]): RegistryError {
	return new RegistryError('NO_PLATFORM', `${name} has no image for ${wanted}`, {
		notes: [offered.length > 0 ? `it has ${offered.join(', ')}` : 'it has no image at all'],
		help: offered.slice(0, 1).map(platform => `for another platform: --platform ${platform}`),
	});
}

/** What is known of a refusal for want of a login. */
export interface LoginRefusal {
	readonly status: number;
	/** What the registry says of it. */
	readonly said: string | undefined;
	/** Where no login was found, if none was. */
	readonly without: readonly string[] | undefined;
	/** Who was not shown the login because it would have gone in clear text. */
	readonly withheldFrom: string | undefined;
}

/** The registry asks for a login, or for another one. */
export function wantsLogin({registry, repository}: Reference, refusal: LoginRefusal): RegistryError {
	const {status, said, without, withheldFrom} = refusal;
	const docker = registry === 'docker.io' ? ['it says so too of images that do not exist'] : [];
	const [first, ...others] = without ?? [];
	const looked =
		first === undefined ? [] : [[`no entry for it in ${first}`, ...others.map(file => `nor in ${file}`)].join('\n')];
	const kept =
		withheldFrom === undefined
			? 'the login that is kept for it does not do'
			: `the login for it was not shown to ${withheldFrom}, which is asked in clear text`;
	return new RegistryError('REGISTRY_LOGIN', `${registry} wants a login for ${repository} (${status})`, {
		notes: [...saidSo(said), ...(without ? looked : [kept]), ...docker],
		help: withheldFrom === undefined ? [`strata login ${registry}`] : [byHttps],
	});
}

const byHttps = 'ask who runs it to give out tokens by https';

/** The registry does not take the login that it was shown. */
export function loginRefused({registry}: Reference, said: string | undefined): RegistryError {
	return new RegistryError('LOGIN_REFUSED', `${registry} does not take this name and password`, {
		notes: saidSo(said),
		help: ['try again; some registries want a token in the place of the password'],
	});
}

/** A login can only be tried in clear text. */
export function clearText({registry}: Reference, authority: string): RegistryError {
	return new RegistryError('LOGIN_WITHHELD', `${registry} wants a login to be sent in clear text`, {
		notes: [`to ${authority}, by http`],
		help: [byHttps],
	});
}

/** An answer that cannot be used: its status, what the registry says of it, and what it was asked for. */
export interface Refusal {
	readonly status: number;
	readonly said?: string | undefined;
	readonly deed: Deed;
}

const instead: Readonly<Record<Deed, string>> = {
	login: 'is it a registry? a host, with a port if it has one: strata login registry.example.com',
	pull: 'try again later, or take it from elsewhere: --build-context NAME=docker-image://MIRROR/NAME',
	push: 'try again later, or look at what the registry allows for this name',
};

/** The registry gave an answer that cannot be used. */
export function unexpected({registry, repository}: Reference, {status, said, deed}: Refusal): RegistryError {
	return new RegistryError('REGISTRY_ANSWER', `${registry} answers ${status}${askedFor(repository)}`, {
		notes: saidSo(said),
		help: [instead[deed]],
	});
}

function saidSo(said: string | undefined): string[] {
	return said === undefined ? [] : [`it says: ${said}`];
}

/** All attempts went wrong. */
export function gaveUp({registry, repository}: Reference, url: URL): (failure: Failure) => RegistryError {
	return failure => {
		const {status, reason, cause} = failure;
		const note = status === undefined ? `asked ${url.host}` : reason;
		const isSaid = [`asked ${registry}`, `${status} from ${registry}`].includes(note);
		const facts = {notes: [effort(failure, url), ...(isSaid ? [] : [note])], help: wayOut(url), cause};
		if (status === undefined)
			return new RegistryError('REGISTRY_UNREACHABLE', `cannot reach registry ${registry}: ${reason}`, facts);
		const answer =
			status === 429 ? 'allows no more requests for now (429)' : `answers ${status}${askedFor(repository)}`;
		return new RegistryError('REGISTRY_ANSWER', `${registry} ${answer}`, facts);
	};
}

/** `error` in words, if it tells of a connection that trying again does not mend; else as it is. */
export function connectionError(error: unknown, {registry}: Reference): unknown {
	if (reasonOf(error) !== undefined || !isSystemError(error)) return error;
	const state = insecurity(error);
	if (state === undefined) {
		return new RegistryError('REGISTRY_UNREACHABLE', `cannot reach registry ${registry}: ${error.message}`, {
			cause: error,
		});
	}
	return new RegistryError('REGISTRY_INSECURE', `cannot reach registry ${registry}: ${state}`, {
		notes: ['http is used for localhost only'],
		help: ['trust its authority, a folder with ca.crt: --cert-dir DIR', 'or do without: --tls-verify=false'],
		cause: error,
	});
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
	return (
		error instanceof Error &&
		typeof (error as NodeJS.ErrnoException).code === 'string' &&
		!(error instanceof StrataError)
	);
}

/** Something between us and the registry changed the bytes, or the registry has them wrong. */
export function altered(reference: Reference, error: DigestMismatchError, host: string): RegistryError {
	const {expected, received: digest, bytes} = error;
	const what = `${kindOf(expected)} of ${familiarName(reference)}`;
	return new RegistryError('DIGEST_MISMATCH', `${what} is not what its digest says; nothing of it was kept`, {
		notes: mismatchNotes(expected, digest ? {digest, bytes} : {bytes}, host),
		help: ['a proxy or mirror may have changed it: try again, or another mirror'],
		cause: error,
	});
}

/** A blob or manifest that an image refers to is gone. */
export function missing(reference: Reference, descriptor: Descriptor, host: string): RegistryError {
	const reason = `${kindOf(descriptor)} of ${familiarName(reference)} is missing in the registry`;
	return new RegistryError('BLOB_MISSING', reason, {notes: [`${host} says 404 for ${descriptor.digest}`]});
}

/** Where a list of referrers should be is something else, which may be somebody's. */
export function noList({registry, repository}: Reference, where: string): RegistryError {
	return new RegistryError('NO_INDEX', `${registry}/${repository} has no list of referrers where one should be`, {
		notes: [`${where} is there, and is no index; it was left as it is`],
		help: ['remove it there, if nobody needs it, and push again'],
	});
}

/** Nobody needs a document that large: whoever sends one means ill, or something else. */
export function tooLarge(reference: Reference, document: Kind, host: string): RegistryError {
	const reason = `${kindOf(document)} of ${familiarName(reference)} is too large; nothing of it was kept`;
	return new RegistryError('DOCUMENT_TOO_LARGE', reason, {
		notes: [`more than ${largestManifest >> 20} MiB from ${host}`],
		help: ['is it the image that you meant? another name, or another registry'],
	});
}

type Kind = Pick<Descriptor, 'mediaType'>;

function kindOf({mediaType}: Kind): string {
	if (isIndex(mediaType)) return 'the index';
	if (isManifest(mediaType)) return 'the manifest';
	return isImageConfig(mediaType) ? 'the config' : 'a layer';
}

/** A login is to the registry as a whole. */
function askedFor(repository: string): string {
	return repository === '' ? '' : ` for ${repository}`;
}

function effort({attempts, ms}: Failure, url: URL): string {
	const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts in ${formatTime(ms)}`;
	return isLoopback(url.hostname) ? `${tries}; http was used, as always for ${url.hostname}` : tries;
}

function wayOut(url: URL): string[] {
	const stored = 'What is in the store needs no registry: strata images';
	return [isLoopback(url.hostname) ? `is it running? ${stored}` : `is the network there? ${stored}`];
}

function formatTime(ms: number): string {
	const seconds = ms / 1000;
	return seconds < 9.95 ? `${seconds.toFixed(1)}s` : `${Math.round(seconds)}s`;
}
