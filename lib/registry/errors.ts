import {RegistryError, StrataError} from '../errors.ts';
import type {Failure} from '../http/attempts.ts';
import {isLoopback} from '../http/proxy.ts';
import {insecurity, reasonOf} from '../http/reason.ts';
import type {Descriptor} from '../oci/image.ts';
import {isImageConfig, isIndex, isManifest} from '../oci/media-types.ts';
import {canonicalName, familiarName, type Reference} from '../oci/reference.ts';
import {type DigestMismatchError, mismatchNotes} from '../oci/verify.ts';

/** No image has this name, or none that anyone may see. */
export function notFound(reference: Reference, host: string): RegistryError {
	return new RegistryError('IMAGE_NOT_FOUND', `base image not found: ${canonicalName(reference)}`, {
		notes: [`${host} says 404, as it does for private images too`],
		help: ['look at its name and tag; what is in the store: strata images'],
	});
}

/** The image is there, but for other platforms. */
export function noPlatform(name: string, wanted: string, offered: readonly string[]): RegistryError {
	return new RegistryError('NO_PLATFORM', `${name} has no image for ${wanted}`, {
		notes: [offered.length > 0 ? `it has ${offered.join(', ')}` : 'it has no image at all'],
		help: offered.slice(0, 1).map(platform => `for another platform: --platform ${platform}`),
	});
}

/** The registry asks for a login, or for another one. `without`: where none was found. */
export function wantsLogin(
	{registry, repository}: Reference,
	status: number,
	without: readonly string[] | undefined,
): RegistryError {
	const docker = registry === 'docker.io' ? ['it says so too of images that do not exist'] : [];
	const [first, ...others] = without ?? [];
	const looked =
		first === undefined ? [] : [[`no entry for it in ${first}`, ...others.map(file => `nor in ${file}`)].join('\n')];
	return new RegistryError('REGISTRY_LOGIN', `${registry} wants a login for ${repository} (${status})`, {
		notes: [...(without ? looked : ['the login that is kept for it does not do']), ...docker],
		help: [`podman login ${registry}`, `or: docker login ${registry}`],
	});
}

/** The registry gave an answer that cannot be used. */
export function unexpected({registry, repository}: Reference, status: number, said?: string): RegistryError {
	return new RegistryError('REGISTRY_ANSWER', `${registry} answers ${status} for ${repository}`, {
		notes: said === undefined ? [] : [`it says: ${said}`],
		help: ['try again later, or take it from elsewhere: --build-context NAME=docker-image://MIRROR/NAME'],
	});
}

/** All attempts went wrong. */
export function gaveUp({registry, repository}: Reference, url: URL): (failure: Failure) => RegistryError {
	return failure => {
		const {status, reason, cause} = failure;
		const elsewhere = url.host === registry ? [] : [status === undefined ? `asked ${url.host}` : reason];
		const facts = {notes: [effort(failure, url), ...elsewhere], help: wayOut(url), cause};
		if (status === undefined)
			return new RegistryError('REGISTRY_UNREACHABLE', `cannot reach registry ${registry}: ${reason}`, facts);
		const answer = status === 429 ? 'allows no more requests for now (429)' : `answers ${status} for ${repository}`;
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
		help: ['trust its authority: NODE_EXTRA_CA_CERTS=FILE'],
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

function kindOf({mediaType}: Descriptor): string {
	if (isIndex(mediaType)) return 'the index';
	if (isManifest(mediaType)) return 'the manifest';
	return isImageConfig(mediaType) ? 'the config' : 'a layer';
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
