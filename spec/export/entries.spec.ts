import test from 'ava';
import {layoutEntries, mergeEntries, namedEntries} from '../../lib/export/entries.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import type {Descriptor} from '../../lib/oci/image.ts';
import {nameOf} from '../../lib/oci/layout.ts';
import {ociManifest} from '../../lib/oci/media-types.ts';

const descriptor = (content: string): Descriptor => ({
	mediaType: ociManifest,
	digest: digestOf(content),
	size: content.length,
});
const names = (entries: readonly Descriptor[]) => entries.map(entry => `${nameOf(entry) ?? '-'} ${entry.size}`);
const one = descriptor('1');
const two = descriptor('22');

test('CLI-2: an entry carries the name as written, and in full for those who import it', t => {
	const [entry] = namedEntries({descriptor: one, names: ['redis:latest']});

	t.deepEqual(entry?.annotations, {
		'io.containerd.image.name': 'docker.io/library/redis:latest',
		'org.opencontainers.image.ref.name': 'redis:latest',
	});
});

test('in a layout an image tagged latest is found with the tag and without', t => {
	const entries = layoutEntries({descriptor: one, names: ['redis:latest', 'app:1.4', 'app:1.4']});

	t.deepEqual(names(entries), ['redis:latest 1', 'redis 1', 'app:1.4 1']);
});

test('an image without a name has one entry without annotations', t => {
	t.deepEqual(layoutEntries({descriptor: {...one, annotations: {'build.strata.tagged': 'x'}}, names: []}), [one]);
});

test('OUT-9: a name moves to its new entry, the others stay', t => {
	const present = layoutEntries({descriptor: one, names: ['redis:latest', 'app:1']});

	const merged = mergeEntries(present, layoutEntries({descriptor: two, names: ['redis:latest']}));

	t.deepEqual(names(merged), ['app:1 1', 'redis:latest 2', 'redis 2']);
});

test('an entry without a name gives way to one without a name, and to a named one of the same image', t => {
	const unnamed = namedEntries({descriptor: one, names: []});

	t.deepEqual(names(mergeEntries(unnamed, namedEntries({descriptor: two, names: []}))), ['- 2']);
	t.deepEqual(names(mergeEntries(unnamed, namedEntries({descriptor: one, names: ['a:1']}))), ['a:1 1']);
	t.deepEqual(names(mergeEntries(unnamed, namedEntries({descriptor: two, names: ['a:1']}))), ['- 1', 'a:1 2']);
});
