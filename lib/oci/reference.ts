import {type Digest, isDigest} from './digest.ts';

/**
 * What an image's name stands for, with docker's defaults filled in. It has a tag, a digest or both; where both, the
 * digest wins (SURFACE FRM-10).
 */
export interface Reference {
	/** Host and port as in the name: `docker.io`, `localhost:5000`. */
	readonly registry: string;
	/** `library/alpine`. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
	readonly repository: string;
	readonly tag?: string;
	readonly digest?: Digest;
}

const dockerHub = 'docker.io';
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repositoryPattern = new RegExp(`^${component}(?:/${component})*$`);
const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const registryPattern = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const tagPattern = /^\w[\w.-]{0,127}$/;
/** The longest repository that registries and docker take. */
const longest = 255;

/**
 * Reads a name as docker does: `alpine` is `docker.io/library/alpine:latest`. Undefined if it breaks the grammar of
 * https://pkg.go.dev/github.com/distribution/reference, or has a digest that strata cannot check.
 */
export function parseReference(text: string): Reference | undefined {
	const [named, digest, ...rest] = text.split('@');
	if (!named || rest.length > 0 || (digest !== undefined && !isDigest(digest))) return undefined;
	const {name, tag} = splitTag(named);
	if (tag !== undefined && !tagPattern.test(tag)) return undefined;
	const place = placeOf(name);
	if (!place) return undefined;
	if (digest === undefined) return {...place, tag: tag ?? 'latest'};
	return tag === undefined ? {...place, digest} : {...place, tag, digest};
}

/** The name in full: `docker.io/library/alpine:latest`. */
export function canonicalName(reference: Reference): string {
	return `${reference.registry}/${reference.repository}${versionOf(reference)}`;
}

/** The name as people write it, with its tag: `alpine:latest`. What `index.json` of the store says. */
export function familiarName(reference: Reference): string {
	return `${familiarRepository(reference)}${versionOf(reference)}`;
}

/** The name as people write it, without tag and digest: `alpine`. */
export function familiarRepository({registry, repository}: Reference): string {
	if (registry !== dockerHub) return `${registry}/${repository}`;
	const official = /^library\/([^/]+)$/.exec(repository);
	return official?.[1] ?? repository;
}

function versionOf({tag, digest}: Reference): string {
	return `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** A colon after the last slash begins a tag; one before it, a port. */
function splitTag(named: string): {name: string; tag?: string} {
	const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
	return colon < 0 ? {name: named} : {name: named.slice(0, colon), tag: named.slice(colon + 1)};
}

function placeOf(name: string): {registry: string; repository: string} | undefined {
	const slash = name.indexOf('/');
	const first = name.slice(0, slash);
	const place =
		slash >= 0 && isRegistry(first)
			? {registry: first, repository: name.slice(slash + 1)}
			: {registry: dockerHub, repository: name};
	if (place.registry === 'index.docker.io') place.registry = dockerHub;
	if (place.registry === dockerHub && !place.repository.includes('/')) {
		// docker refuses 64 hex digits as a name: they could be an image's id
		if (/^[a-f0-9]{64}$/.test(place.repository)) return undefined;
		place.repository = `library/${place.repository}`;
	}
	const valid = registryPattern.test(place.registry) && repositoryPattern.test(place.repository);
	return valid && place.repository.length <= longest ? place : undefined;
}

/** What stands before the first slash is a host if it cannot be part of a repository, or is `localhost`. */
function isRegistry(first: string): boolean {
	return /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
}
