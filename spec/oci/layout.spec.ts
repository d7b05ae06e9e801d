import test from 'ava';
import {digestOf} from '../../lib/oci/digest.ts';
import type {Descriptor, Index} from '../../lib/oci/image.ts';
import {
	descriptorOf,
	emptyIndex,
	isLeftByFailure,
	nameOf,
	refName,
	taggedAt,
	withoutManifest,
	withoutTag,
	withTag,
} from '../../lib/oci/layout.ts';
import {ociManifest} from '../../lib/oci/media-types.ts';

const at = new Date('2026-01-02T03:04:05.678Z');
const one = image('one');
const two = image('two');

function image(content: string): Descriptor {
	return {mediaType: ociManifest, digest: digestOf(content), size: content.length};
}

function names(index: Index): readonly (string | undefined)[] {
	return index.manifests.map(nameOf);
}

test('a tag names an image and says since when', t => {
	const index = withTag(emptyIndex, one, {name: 'app:latest', at});

	t.deepEqual(index.manifests, [
		{...one, annotations: {[refName]: 'app:latest', [taggedAt]: '2026-01-02T03:04:05.678Z'}},
	]);
	t.deepEqual(index.manifests.map(descriptorOf), [one]);
});

test('what a failed step left says so, until it has another name', t => {
	const index = withTag(emptyIndex, one, {name: 'failed:k3f9w2', at, failed: true});

	t.deepEqual(index.manifests.map(isLeftByFailure), [true]);
	t.deepEqual(index.manifests.map(descriptorOf), [one]);
	const [left] = index.manifests.map(descriptorOf);
	const named = withTag(index, left ?? two, {name: 'app:1', at});
	t.deepEqual(named.manifests.map(isLeftByFailure), [true, false]);
});

test('tagging again changes nothing', t => {
	const index = withTag(emptyIndex, one, {name: 'app:latest', at});

	t.is(withTag(index, one, {name: 'app:latest', at: new Date()}), index);
	t.is(withTag(index, one, {at: new Date()}), index, 'nor does keeping what has a name');
});

test('an image that is annotated otherwise takes the place of its entry', t => {
	const annotated = {...one, annotations: {a: 'b'}};
	const index = withTag(withTag(emptyIndex, one, {name: 'app', at}), annotated, {name: 'app', at});

	t.deepEqual(index.manifests.map(descriptorOf), [annotated]);
	t.is(withTag(index, annotated, {name: 'app', at: new Date()}), index);
});

test('who had the name stays without it', t => {
	const index = withTag(withTag(emptyIndex, one, {name: 'app', at}), two, {name: 'app', at});

	t.deepEqual(names(index), [undefined, 'app']);
	t.deepEqual(
		index.manifests.map(({digest}) => digest),
		[one.digest, two.digest],
	);
});

test('an image with another name needs no place without one', t => {
	const both = withTag(withTag(emptyIndex, one, {name: 'app', at}), one, {name: 'app:1', at});

	t.deepEqual(names(withTag(both, two, {name: 'app', at})), ['app:1', 'app']);
});

test('an unnamed image that gets a name is listed once', t => {
	const unnamed = withTag(emptyIndex, one, {at});

	t.deepEqual(names(unnamed), [undefined]);
	t.deepEqual(names(withTag(unnamed, one, {name: 'app', at})), ['app']);
});

test('entries and fields that are not ours stay as they are', t => {
	const foreign = {...image('x'), artifactType: 'application/x', annotations: {'org.example': 'kept'}};
	const index = {...emptyIndex, annotations: {a: 'b'}, manifests: [foreign, {...foreign}]};

	const after = withTag(withTag(index, one, {name: 'app', at}), two, {name: 'app', at});

	t.deepEqual(after.annotations, {a: 'b'});
	t.deepEqual(after.manifests.slice(0, 2), [foreign, foreign]);
	t.deepEqual(descriptorOf(foreign), foreign);
});

test('a name or a manifest can be taken out', t => {
	const index = withTag(withTag(emptyIndex, one, {name: 'a', at}), one, {name: 'b', at});

	t.deepEqual(names(withoutTag(index, 'a')), ['b']);
	t.deepEqual(withoutManifest(index, one.digest).manifests, []);
});
