import {inOnePiece} from '../bytes.ts';
import {RegistryError} from '../errors.ts';
import {discard} from '../http/transport.ts';
import {type Digest, digestOf} from '../oci/digest.ts';
import {parseManifest} from '../oci/parse.ts';
import type {Reference} from '../oci/reference.ts';
import type {Repository} from './client.ts';
import {unexpected} from './errors.ts';
import {listWith} from './referrers.ts';

/** A manifest or index, and the tag or digest that it is to go by. */
export interface Document {
	readonly mediaType: string;
	readonly bytes: Uint8Array;
	readonly version: string;
}

export interface Place {
	readonly reference: Reference;
	readonly repository: Repository;
}

/**
 * One attempt to give a document to a registry, unless it has to go by its digest and is there. One that refers to another is given in
 * any case: the answer says whether the registry has listed it.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests
 */
export async function putManifest({mediaType, bytes, version}: Document, place: Place): Promise<void> {
	const {reference, repository} = place;
	const digest = digestOf(bytes);
	const manifest = parseManifest(bytes);
	if (version === digest && !manifest?.subject && (await isThere({mediaType, version}, repository))) return;
	const headers = {'content-type': mediaType, 'content-length': String(bytes.byteLength)};
	const answer = await repository.send({
		path: `manifests/${version}`,
		method: 'PUT',
		headers,
		body: () => inOnePiece(bytes),
	});
	await discard(answer);
	if (answer.status !== 201 && answer.status !== 200) {
		throw unexpected(reference, {status: answer.status, deed: 'push'});
	}
	const kept = answer.headers['docker-content-digest'];
	if (kept !== undefined && kept !== digest) throw changed(reference, {sent: digest, kept});
	// a registry that keeps lists of who refers to whom says so; where none does, whoever pushes does
	const {subject, config, artifactType = config?.mediaType, annotations} = manifest ?? {};
	if (!subject || artifactType === undefined || answer.headers['oci-subject'] !== undefined) return;
	const referrer = {mediaType, digest, size: bytes.byteLength, artifactType, ...(annotations ? {annotations} : {})};
	const list = await listWith(referrer, subject.digest, place);
	if (list) await putManifest(list, place);
}

async function isThere({mediaType, version}: Omit<Document, 'bytes'>, repository: Repository): Promise<boolean> {
	const answer = await repository.send({path: `manifests/${version}`, method: 'HEAD', headers: {accept: mediaType}});
	await discard(answer);
	return answer.status === 200;
}

function changed({registry}: Reference, {sent, kept}: {readonly sent: Digest; readonly kept: unknown}): RegistryError {
	return new RegistryError('DIGEST_MISMATCH', `${registry} changed the manifest that it was given`, {
		notes: [`sent ${sent}`, `it has ${kept}`],
		help: ['a proxy may do that: push to the registry itself'],
	});
}
