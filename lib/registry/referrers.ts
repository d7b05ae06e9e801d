import {collect} from '../bytes.ts';
import {type Answer, discard, httpURL, upTo} from '../http/transport.ts';
import {type Digest, hexOf} from '../oci/digest.ts';
import type {Descriptor, Index} from '../oci/image.ts';
import {emptyIndex} from '../oci/layout.ts';
import {ociIndex} from '../oci/media-types.ts';
import {parseIndex} from '../oci/parse.ts';
import {largestManifest} from './documents.ts';
import {noList, unexpected} from './errors.ts';
import type {Document, Place} from './manifests.ts';

/** Under which a registry without lists of its own has that of those that refer to a manifest. */
function fallbackTag(subject: Digest): string {
	return `sha256-${hexOf(subject)}`;
}

/**
 * One attempt to learn which manifests of a repository say something of `subject`: the registry's own list, or the index under
 * the fallback tag. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 */
export async function referrersOf(subject: Digest, {reference, repository}: Place): Promise<readonly Descriptor[]> {
	const found = new Map<Digest, Descriptor>();
	let path: string | undefined = `referrers/${subject}`;
	while (path !== undefined) {
		const page: Page | undefined = await pageAt(path, {reference, repository});
		if (!page) return found.size > 0 ? [...found.values()] : fallbackOf(subject, {reference, repository});
		const fresh = page.index.manifests.filter(({digest}) => !found.has(digest));
		for (const descriptor of fresh) found.set(descriptor.digest, descriptor);
		// a list that says nothing new may be one in a circle
		path = fresh.length > 0 ? page.next : undefined;
	}
	return [...found.values()];
}

async function fallbackOf(subject: Digest, place: Place): Promise<readonly Descriptor[]> {
	return (await pageAt(`manifests/${fallbackTag(subject)}`, place))?.index.manifests ?? [];
}

/**
 * One attempt to make the index that belongs under the fallback tag of `subject` once a manifest refers to it, as whoever pushes that
 * must where the registry keeps no list; undefined if it is listed. Rejects with a RegistryError if something else is under that tag.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject
 */
export async function listWith(referrer: Descriptor, subject: Digest, place: Place): Promise<Document | undefined> {
	const version = fallbackTag(subject);
	const {index} = (await pageAt(`manifests/${version}`, place)) ?? {index: emptyIndex};
	if (index.manifests.some(({digest}) => digest === referrer.digest)) return undefined;
	const after = {...index, manifests: [...index.manifests, referrer]};
	return {mediaType: ociIndex, bytes: Buffer.from(JSON.stringify(after)), version};
}

interface Page {
	readonly index: Index;
	/** Where the list goes on, if it does. */
	readonly next: string | undefined;
}

/** undefined if there is nothing. Rejects with a RegistryError for something else than an index under a tag. */
async function pageAt(path: string, {reference, repository}: Place): Promise<Page | undefined> {
	const answer = await repository.send({path, method: 'GET', headers: {accept: ociIndex}});
	if (answer.status !== 200) {
		await discard(answer);
		if (answer.status === 404) return undefined;
		throw unexpected(reference, {status: answer.status, deed: 'pull'});
	}
	const index = parseIndex(await collect(upTo(largestManifest, answer.body)));
	// A proxy may answer what the registry knows nothing of.
	if (!index && path.startsWith('referrers/')) return undefined;
	if (!index) throw noList(reference, path.replace('manifests/', ''));
	return {index, next: nextOf(answer)};
}

/** https://www.rfc-editor.org/rfc/rfc8288: `</v2/app/referrers/sha256:…?last=x>; rel="next"` */
function nextOf({headers, url}: Answer): string | undefined {
	const {link = ''} = headers;
	const [, target] = /<([^>]*)>\s*;[^,]*\brel="?next\b/i.exec([link].flat().join(',')) ?? [];
	return target === undefined ? undefined : httpURL(target, url)?.href;
}
