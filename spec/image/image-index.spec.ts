import test from 'ava';
import {imageIndex, indexedPlatform, withEntries, withoutEntry} from '../../lib/image/image-index.ts';
import {attestationEntry} from '../../lib/oci/attestation.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import type {ImageConfig} from '../../lib/oci/image.ts';
import {ociManifest} from '../../lib/oci/media-types.ts';

const arm64 = {os: 'linux', architecture: 'arm64'};
const rootfs = {type: 'layers', diff_ids: []} as const;

function platform(asked: Parameters<typeof indexedPlatform>[0], config: Partial<ImageConfig>) {
	return indexedPlatform(asked, {...arm64, rootfs, ...config});
}

test('an index says the variant and the version of the system that a config has', t => {
	t.deepEqual(platform(arm64, {variant: 'v8'}), {...arm64, variant: 'v8'});
	t.deepEqual(
		platform(
			{os: 'windows', architecture: 'amd64'},
			{os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.1'},
		),
		{os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.1'},
	);
	t.deepEqual(platform(arm64, {'os.features': ['x']}), {...arm64, 'os.features': ['x']});
	t.deepEqual(platform(arm64, {}), arm64);
});

test('the variant that was asked for goes before that of the base, which may be a lower one', t => {
	const arm = {os: 'linux', architecture: 'arm', variant: 'v7'};

	t.deepEqual(platform(arm, {architecture: 'arm', variant: 'v6'}), arm);
});

test('an image of another platform stands for the one that was asked for, as with BuildKit', t => {
	t.deepEqual(platform(arm64, {architecture: 'amd64', variant: 'v2'}), arm64);
});

test('a config may spell its architecture in another way', t => {
	t.deepEqual(platform(arm64, {architecture: 'aarch64', variant: 'v8'}), {...arm64, variant: 'v8'});
});

const amd64 = {os: 'linux', architecture: 'amd64'};
const entry = (text: string, platform = arm64) => ({mediaType: ociManifest, digest: digestOf(text), size: 1, platform});

test('what is stated of an image goes with it', t => {
	const [old, other, fresh] = [entry('old'), entry('other', amd64), entry('fresh')] as const;
	const [ofOld, ofOther] = [attestationEntry(entry('1'), old), attestationEntry(entry('2'), other)];
	const index = imageIndex([old, other, ofOld, ofOther]);

	t.deepEqual(withEntries(index, [fresh]).manifests, [fresh, other, ofOther]);
	t.deepEqual(withoutEntry(index, other.digest).manifests, [old, ofOld]);
});
