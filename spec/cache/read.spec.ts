import test from 'ava';
import {cacheType} from '../../lib/cache/format.ts';
import {readCache} from '../../lib/cache/read.ts';
import {StoreError} from '../../lib/errors.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import type {Descriptor} from '../../lib/oci/image.ts';
import {ociConfig, ociIndex, ociManifest} from '../../lib/oci/media-types.ts';

const buildkit = 'application/vnd.buildkit.cacheconfig.v0';
const blob = (mediaType: string): Descriptor => ({mediaType, digest: digestOf(mediaType), size: 2});

/** A place that stands for a document, and whose blobs are all `{}`. */
function read(document: object) {
	const bytes = Buffer.from(JSON.stringify(document));
	const descriptor = {mediaType: ociManifest, digest: digestOf(bytes), size: bytes.byteLength};
	return readCache(
		{
			name: 'ci',
			has: () => true,
			resolve: async () => ({descriptor, bytes}),
			async *open() {
				yield Buffer.from('{}');
			},
		},
		[{os: 'linux', architecture: 'amd64'}],
	);
}

const manifest = {schemaVersion: 2, mediaType: ociManifest, layers: []};
const index = {schemaVersion: 2, mediaType: ociIndex};

const refused: Readonly<Record<string, readonly [document: object, message: string]>> = {
	"BuildKit's manifest": [
		{...manifest, config: blob(buildkit)},
		'ci is a cache of BuildKit, whose caches strata cannot read',
	],
	"BuildKit's index": [
		{...index, manifests: [blob(buildkit)]},
		'ci is a cache of BuildKit, whose caches strata cannot read',
	],
	'an image without a cache': [{...manifest, config: blob(ociConfig)}, 'ci has no cache in it'],
	'an artifact of something else': [{...manifest, config: blob('text/html')}, 'ci has no cache in it'],
	'an index for other platforms': [{...index, manifests: []}, 'ci has no cache in it'],
	'what is no manifest': [{}, 'ci has no cache in it'],
	'a config that is not ours': [{...manifest, config: blob(cacheType)}, 'the cache ci is damaged'],
	'a config without an end': [{...manifest, config: {...blob(cacheType), size: 2 ** 40}}, 'the cache ci is damaged'],
};

for (const [name, [document, message]] of Object.entries(refused)) {
	test(`refuses ${name}, and says what it is`, async t => {
		const error = await t.throwsAsync(read(document), {instanceOf: StoreError, message});

		t.true((error?.help.length ?? 0) > 0);
	});
}
