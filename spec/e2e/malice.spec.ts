import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {makePlace, type Place} from '../helpers/place.ts';
import {build, stopFixtures} from '../helpers/strata.ts';
import {users} from '../helpers/user.ts';

test.after.always(stopFixtures);

type Entry = readonly [
	name: string,
	type: '0' | '1' | '2' | '5',
	more: {readonly link?: string; readonly data?: string | Buffer},
];

/** Layers that try to write, or to delete, outside of their root. `{T}` is a file outside that must stay as it is. */
const layers: Readonly<Record<string, readonly Entry[]>> = {
	'a path with ..': [['../../../../../../../../{T}', '0', {data: 'evil'}]],
	'an absolute path': [['/{T}', '0', {data: 'evil'}]],
	'a file below an absolute link': [
		['out', '2', {link: '/{D}'}],
		['out/target', '0', {data: 'evil'}],
	],
	'a file below a relative link': [
		['a/b/out', '2', {link: '../../../../../../../../../../{D}'}],
		['a/b/out/target', '0', {data: 'evil'}],
	],
	'a hard link to a file outside, then written': [
		['grip', '1', {link: '/{T}'}],
		['grip', '0', {data: 'evil'}],
	],
	'a hard link through ..': [['grip', '1', {link: '../../../../../../../../{T}'}]],
	'a whiteout below a link': [
		['out', '2', {link: '/{D}'}],
		['out/.wh.target', '0', {}],
	],
	'an opaque whiteout below a link': [
		['out', '2', {link: '/{D}'}],
		['out/.wh..wh..opq', '0', {}],
	],
	'a whiteout of ..': [['d/.wh...', '0', {}]],
	'a link in place of a folder of the layer below': [
		['etc', '2', {link: '/{D}'}],
		['etc/target', '0', {data: 'evil'}],
	],
};

const dockerfile = `FROM evil
COPY note /etc/note
COPY note /out/target
RUN echo evil >/out/target; rm -rf /out/* /etc/target; true
`;

for (const user of users) {
	for (const [title, entries] of Object.entries(layers)) {
		test(`${title} reaches nothing outside of the root file system, built by ${user.name}`, async t => {
			const place = makePlace(t, user);
			const outside = join(place.write({target: 'good'}, 'outside'), 'target');
			const layout = writeLayout(place, [...base, ...entries.map(entry => aimed(entry, outside))]);
			const context = place.write({Dockerfile: dockerfile, note: 'note'}, 'context');

			const built = await build(place, context, {flags: ['--build-context', `evil=oci-layout://${layout}:evil`]});

			t.true([0, 3, 4, 5, 6].includes(Number(built.status)), `${built.status} ${built.stderr}`);
			t.notRegex(built.stderr, /this is a bug/);
			t.is((await place.run(['cat', outside])).stdout, 'good', built.stderr);
			t.false(existsSync('/etc/note') || existsSync('/out'));
		});
	}
}

const base: readonly Entry[] = [
	['bin/', '5', {}],
	['bin/sh', '0', {data: readFileSync('/bin/busybox')}],
	['etc/', '5', {}],
	['d/', '5', {}],
];

function aimed([name, type, {link, data}]: Entry, outside: string): Entry {
	const aim = (text: string) => text.replace('{T}', outside.slice(1)).replace('{D}', dirname(outside).slice(1));
	return [aim(name), type, {...(link !== undefined && {link: aim(link)}), ...(data !== undefined && {data})}];
}

function writeLayout(place: Place, entries: readonly Entry[]): string {
	const folder = join(place.folder, 'evil');
	mkdirSync(join(folder, 'blobs/sha256'), {recursive: true});
	const tar = Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1024)]);
	const type = 'application/vnd.oci.image';
	const layer = putBlob(folder, `${type}.layer.v1.tar+gzip`, gzipSync(tar));
	const rootfs = {type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(tar).digest('hex')}`]};
	const config = putBlob(
		folder,
		`${type}.config.v1+json`,
		JSON.stringify({architecture: 'amd64', os: 'linux', config: {}, rootfs, history: [{}]}),
	);
	const manifest = {schemaVersion: 2, mediaType: `${type}.manifest.v1+json`, config, layers: [layer]};
	const descriptor = putBlob(folder, `${type}.manifest.v1+json`, JSON.stringify(manifest));
	const named = {...descriptor, annotations: {'org.opencontainers.image.ref.name': 'evil'}};
	writeFileSync(join(folder, 'index.json'), JSON.stringify({schemaVersion: 2, manifests: [named]}));
	writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
	return folder;
}

function putBlob(folder: string, mediaType: string, content: string | Buffer) {
	const hex = createHash('sha256').update(content).digest('hex');
	writeFileSync(join(folder, 'blobs/sha256', hex), content);
	return {mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(content)};
}

/** A member as POSIX ustar has it; by hand, because those who make archives refuse such names. */
function tarEntry([name, type, {link = '', data = ''}]: Entry): Buffer {
	const header = Buffer.alloc(512);
	const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
	header.write(name, 0, 100);
	header.write(octal(0o755, 8), 100);
	header.write(octal(0, 8), 108);
	header.write(octal(0, 8), 116);
	header.write(octal(data.length, 12), 124);
	header.write(octal(0, 12), 136);
	header.write(' '.repeat(8), 148);
	header.write(type, 156);
	header.write(link, 157, 100);
	header.write('ustar\x0000', 257);
	header.write(
		`${octal(
			header.reduce((sum, byte) => sum + byte, 0),
			7,
		)} `,
		148,
	);
	return Buffer.concat([header, Buffer.from(data), Buffer.alloc(-data.length & 511)]);
}
