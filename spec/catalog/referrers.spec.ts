import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {referrers} from '../../lib/catalog/referrers.ts';
import {RegistryError, UsageError} from '../../lib/errors.ts';
import {copy} from '../../lib/oci/copy.ts';
import {hexOf} from '../../lib/oci/digest.ts';
import type {Descriptor} from '../../lib/oci/image.ts';
import {ociConfig, ociManifest} from '../../lib/oci/media-types.ts';
import {parseReference, type Reference} from '../../lib/oci/reference.ts';
import {registrySink} from '../../lib/registry/sink.ts';
import {first, type Intercept, status} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';
import {imageOf} from '../helpers/image.ts';
import {memoryBlobs} from '../helpers/memory-store.ts';
import {pushRegistry} from '../helpers/push-registry.ts';
import {startRegistry} from '../helpers/registry.ts';

const image = imageOf('linux/amd64', ['lowest']);
const {mediaType, digest, size} = image.root;

/** An image, and two manifests that say something of it. */
function statements() {
	const blobs = memoryBlobs();
	for (const part of image.blobs.values()) blobs.add(part.bytes, part.mediaType);
	const config = blobs.add(Buffer.from('{}'), ociConfig);
	const about = ['one', 'two'].map(text => {
		const document = {
			schemaVersion: 2,
			mediaType: ociManifest,
			artifactType: 'application/vnd.example',
			config,
			layers: [blobs.add(Buffer.from(text), 'text/plain')],
			subject: {mediaType, digest, size},
			annotations: {text},
		};
		return blobs.add(Buffer.from(JSON.stringify(document)), ociManifest);
	});
	return {blobs, about};
}

/** What the list of a registry says of a manifest. */
const listed = (one: Descriptor, text: string) => ({
	...one,
	artifactType: 'application/vnd.example',
	annotations: {text},
});

test('a registry without a list of referrers gets one under the fallback tag, and it is read', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	const {blobs, about} = statements();
	const [one = image.root, two = image.root] = about;
	const place = parseReference(`${registry.host}/app:1`) as Reference;
	const {tag: _, ...untagged} = place;

	await copy(image.root, blobs, registrySink(place, {env: {}}));
	t.deepEqual(await referrers(`${registry.host}/app:1`, {env: {}}), []);
	for (const root of [one, two, one]) await copy(root, blobs, registrySink(untagged, {env: {}}));

	t.deepEqual(await referrers(`${registry.host}/app:1`, {env: {}}), [listed(one, 'one'), listed(two, 'two')]);
});

test('a registry with a list of its own gets no fallback tag', async t => {
	const {blobs, about} = statements();
	const [one = image.root] = about;
	const {host, requests, manifests} = await pushRegistry(t, (request, response) => {
		if (request.url?.includes('/referrers/')) {
			response.end(JSON.stringify({schemaVersion: 2, manifests: [one]}));
			return true;
		}
		if (request.method !== 'PUT' || !request.url?.includes('/manifests/')) return false;
		request.resume();
		response.writeHead(201, {'oci-subject': digest}).end();
		return true;
	});
	const {tag: _, ...untagged} = parseReference(`${host}/app`) as Reference;

	await copy(one, blobs, registrySink(untagged, {env: {}}));

	t.deepEqual(
		requests.filter(request => request.includes('manifests/sha256-')),
		[],
	);
	t.is(manifests.size, 0);
	t.deepEqual(await referrers(`${host}/app@${digest}`, {env: {}}), [one]);
});

/** A place for what refers to the image, without a tag of its own. */
const untagged = (host: string) => {
	const {registry, repository} = parseReference(`${host}/app`) as Reference;
	return registrySink({registry, repository}, {env: {}, backoff: 1});
};

const fallback = `app:sha256-${hexOf(digest)}`;

test('what is under the fallback tag and is no index stays there', async t => {
	const {blobs, about} = statements();
	const [one = image.root] = about;
	const {host, manifests} = await pushRegistry(t);
	const theirs = {mediaType: 'application/json', bytes: Buffer.from('{"schemaVersion": 2, "manifests"')};
	manifests.set(fallback, theirs);

	const error = await t.throwsAsync(copy(one, blobs, untagged(host)), {instanceOf: RegistryError});
	await t.throwsAsync(referrers(`${host}/app@${digest}`, {env: {}}), {code: 'NO_INDEX'});

	t.is(error?.message, `${host}/app has no list of referrers where one should be`);
	t.is(manifests.get(fallback), theirs);
});

test('a list that the registry does not take is no success', async t => {
	const {blobs, about} = statements();
	const [one = image.root] = about;
	const isList = /manifests\/sha256-/;
	const refusal: Intercept = (request, response) => request.method === 'PUT' && status(404)(request, response);
	const {host} = await pushRegistry(t, first(100, isList, refusal));

	await t.throwsAsync(copy(one, blobs, untagged(host)), {instanceOf: RegistryError, code: 'REGISTRY_ANSWER'});
});

for (const method of ['GET', 'PUT']) {
	test(`a ${method} of the list that fails at first is made up for`, async t => {
		const {blobs, about} = statements();
		const [one = image.root] = about;
		let failures = 0;
		const {host} = await pushRegistry(t, (request, response) => {
			if (request.method !== method || !request.url?.includes('manifests/sha256-')) return false;
			return failures++ === 0 && status(503)(request, response);
		});

		await copy(one, blobs, untagged(host));

		t.deepEqual(await referrers(`${host}/app@${digest}`, {env: {}}), [listed(one, 'one')]);
	});
}

test('a list of several pages is read to its end, also where that leads back to its beginning', async t => {
	const {about} = statements();
	const [one = image.root, two = image.root] = about;
	const {host, requests} = await pushRegistry(t, ({url = ''}, response) => {
		if (!url.includes('/referrers/')) return false;
		const [page, next] = url.includes('last=1') ? [two, ''] : [one, '?last=1'];
		const link = `</v2/app/referrers/${digest}?n=5>; rel="prev", </v2/app/referrers/${digest}${next}>; rel="next"`;
		response.writeHead(200, {link}).end(JSON.stringify({schemaVersion: 2, manifests: [page]}));
		return true;
	});

	t.deepEqual(await referrers(`${host}/app@${digest}`, {env: {}}), [one, two]);
	t.is(requests.length, 3);
});

test('registries.conf says where they are asked for', async t => {
	const {about} = statements();
	const [one = image.root] = about;
	const {host} = await pushRegistry(t, ({url = ''}, response) => {
		if (!url.includes('/v2/moved/app/referrers/')) return false;
		response.end(JSON.stringify({schemaVersion: 2, manifests: [one]}));
		return true;
	});
	const file = join(await folderFor(t), 'registries.conf');
	writeFileSync(
		file,
		['[[registry]]', 'prefix = "r.example.com"', `location = "${host}/moved"`, 'insecure = true'].join('\n'),
	);

	const found = await referrers(`r.example.com/app@${digest}`, {env: {CONTAINERS_REGISTRIES_CONF: file}, backoff: 1});

	t.deepEqual(found, [one]);
});

test('a name that is none has no referrers', async t => {
	await t.throwsAsync(referrers('UPPER'), {instanceOf: UsageError, code: 'BAD_REFERENCE'});
});
