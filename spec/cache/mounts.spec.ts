import test from 'ava';
import {type KeptMount, mountsConfig, newest, parseMounts} from '../../lib/cache/mounts.ts';
import {type DiffID, digestOf} from '../../lib/oci/digest.ts';
import {ociLayerGzip} from '../../lib/oci/media-types.ts';

const name = '0123456789abcdef0123456789abcdef';
const descriptor = {mediaType: ociLayerGzip, digest: digestOf('blob'), size: 10};
const mount: KeptMount = {name, used: 1, diffID: digestOf('files') as string as DiffID, descriptor};

function parsed(mounts: unknown) {
	return parseMounts(Buffer.from(JSON.stringify({version: 1, mounts})));
}

test('what is written is read', t => {
	t.deepEqual(parseMounts(mountsConfig([mount]).bytes), [mount]);
});

const refused: Readonly<Record<string, unknown>> = {
	'no list': {},
	'a name that leaves its folder': [{...mount, name: '../0123456789abcdef0123456789ab'}],
	'a name that is longer': [{...mount, name: `${name}0`}],
	'the name of a copy': [{...mount, name: `${name}-1`}],
	'a time that is none': [{...mount, used: 'now'}],
	'a time before all others': [{...mount, used: -1}],
	'files without an identity': [{...mount, diffID: 'sha256:../x'}],
	'a blob that is no layer': [{...mount, descriptor: {...descriptor, mediaType: 'text/html'}}],
	'a blob of less than nothing': [{...mount, descriptor: {...descriptor, size: -1}}],
};

for (const [what, value] of Object.entries(refused)) {
	test(`refuses ${what}`, t => {
		t.is(parsed(value), undefined);
	});
}

test('refuses another version, and what is no JSON', t => {
	t.is(parseMounts(Buffer.from('{"version":2,"mounts":[]}')), undefined);
	t.is(parseMounts(Buffer.from('')), undefined);
});

test('what was used last is kept; what does not fit is left out, and a smaller one may follow', t => {
	const of = (used: number, size: number) => ({...mount, used, descriptor: {...descriptor, size}});

	const kept = newest([of(1, 5), of(2, 50), of(3, 60), of(4, 30)], 100);

	t.deepEqual(
		kept.map(({used}) => used),
		[4, 3, 1],
	);
});
