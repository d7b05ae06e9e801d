import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {takeInventory} from '../../lib/attest/inventory.ts';
import {showContents} from '../../lib/layer/contents.ts';
import {tocOf} from '../../lib/layer/layer-toc.ts';
import {mergeTocs} from '../../lib/tree/merge.ts';
import {folderFor} from '../helpers/folder.ts';
import {type LayerFiles, rootOf} from '../helpers/root-files.ts';

const status = (name: string) => `Package: ${name}\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n`;
const ora = '{"name": "ora", "version": "9.4.1"}';

test('packages of all kinds are told once, by their package URLs, with the files that tell of them', async t => {
	const {packages, unread} = await takeInventory(
		rootOf({
			'etc/os-release': 'PRETTY_NAME="x"\nID=debian\nVERSION_ID="12"\n',
			'var/lib/dpkg/status': status('b') + status('a'),
			'app/node_modules/ora/package.json': ora,
			'lib/node_modules/ora/package.json': ora,
		}),
	);

	t.deepEqual(
		packages.map(({kind, purl, paths}) => [kind, purl, ...paths]),
		[
			['dpkg', 'pkg:deb/debian/a@1?arch=all&distro=debian-12', 'var/lib/dpkg/status'],
			['dpkg', 'pkg:deb/debian/b@1?arch=all&distro=debian-12', 'var/lib/dpkg/status'],
			['npm', 'pkg:npm/ora@9.4.1', 'app/node_modules/ora/package.json', 'lib/node_modules/ora/package.json'],
		],
	);
	t.deepEqual(unread, []);
});

test('the licences of dpkg’s packages are those of their copyright files, also behind a link and in a large one', async t => {
	const copyright = (licence: string) =>
		`Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: ${licence}\n`;
	const {packages} = await takeInventory(
		rootOf({
			'var/lib/dpkg/status': ['a', 'b', 'c', 'd'].map(status).join(''),
			'usr/share/doc/a/copyright': copyright('GPL-2+').padEnd(100_000),
			'usr/share/doc/b': {to: 'a'},
			'usr/share/doc/c/copyright': 'License: see elsewhere',
		}),
	);

	t.deepEqual(
		packages.map(({name, licences}) => [name, ...licences]),
		[['a', 'GPL-2.0-or-later'], ['b', 'GPL-2.0-or-later'], ['c'], ['d']],
	);
});

test('what an upper layer changes or removes is told as it is there', async t => {
	const {packages} = await takeInventory(
		rootOf(
			{'var/lib/dpkg/status': status('old'), 'app/node_modules/ora/package.json': ora},
			{'var/lib/dpkg/status': status('new'), 'app/node_modules': null},
		),
	);

	t.deepEqual(
		packages.map(({name}) => name),
		['new'],
	);
});

test('os-release is found through its link, and none is no matter', async t => {
	const dpkg = {'var/lib/dpkg/status': status('a')};
	const linked = {
		'etc/os-release': {to: '../usr/lib/os-release'},
		'usr/lib/os-release': 'ID=ubuntu\nVERSION_ID="24.04"\n',
	};

	const purls = async (files: LayerFiles) => (await takeInventory(rootOf(files))).packages[0]?.purl;

	t.is(await purls({...dpkg, ...linked}), 'pkg:deb/ubuntu/a@1?arch=all&distro=ubuntu-24.04');
	t.is(await purls(dpkg), 'pkg:deb/debian/a@1?arch=all');
});

test('a file of several names is read under each of them', async t => {
	for (const content of [ora, ora.padEnd(100_000)]) {
		const {packages} = await takeInventory(
			rootOf({'app/node_modules/ora/package.json': {same: 'store/ab/cdef'}, 'store/ab/cdef': content}),
		);

		t.deepEqual(
			packages.map(({purl}) => purl),
			['pkg:npm/ora@9.4.1'],
		);
	}
});

test('what cannot be read is told with its reason', async t => {
	const {packages, unread} = await takeInventory(
		rootOf({'var/lib/rpm/Packages': 'Berkeley', 'app/node_modules/x/package.json': '{'}),
	);

	t.deepEqual(packages, []);
	t.deepEqual(unread, [
		{path: 'app/node_modules/x/package.json', reason: 'is no JSON'},
		{path: 'var/lib/rpm/Packages', reason: 'is a Berkeley DB, which is not read'},
	]);
});

test('of a real Debian base all packages are told that dpkg-query tells of it', async t => {
	const blob = debianLayer();
	const folder = await folderFor(t);
	execFileSync('tar', ['-xzf', blob, '-C', folder, './var/lib/dpkg']);
	const query = ['--admindir', join(folder, 'var/lib/dpkg'), '-W'];
	const listed = execFileSync('dpkg-query', query, {encoding: 'utf8'}).trim().split('\n');

	const {toc, diffID} = await tocOf(blob);
	const {packages, unread} = await takeInventory({
		tree: mergeTocs([{toc, diffID}]),
		async read(files, show) {
			const ranges = files.map(file => ({
				file,
				size: file.size,
				offset: file.content?.from === 'layer' ? file.content.offset : -1,
			}));
			await showContents(blob, ranges, ({file}, content) => show(file, content));
		},
	});

	const told = packages.map(({name, version}) => `${name}\t${version}`);
	t.true(told.length > 80);
	t.deepEqual([...told].sort(), listed.map(line => line.replace(/:\w+(?=\t)/, '')).sort());
	t.deepEqual(unread, []);
});

/** The only layer of the base that scripts/fixtures makes. */
function debianLayer(): string {
	execFileSync('scripts/fixtures', {stdio: ['ignore', 'ignore', 'inherit']});
	const [made = ''] = readdirSync('.fixtures').filter(name => !name.includes('.'));
	const layout = join('.fixtures', made, 'layouts/debian-slim');
	const document = (digest: string) =>
		JSON.parse(readFileSync(join(layout, 'blobs/sha256', digest.slice('sha256:'.length)), 'utf8'));
	const {manifests} = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8'));
	const {layers} = document(manifests[0].digest);
	return join(layout, 'blobs/sha256', layers[0].digest.slice('sha256:'.length));
}
