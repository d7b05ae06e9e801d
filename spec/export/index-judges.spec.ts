import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {build} from '../../lib/build/build.ts';
import {hexOf} from '../../lib/oci/digest.ts';
import {folderFor} from '../helpers/folder.ts';
import {output, without} from '../helpers/programs.ts';
import {validateAgainst} from '../helpers/schema.ts';
import {unless} from '../helpers/skip.ts';

/** An index of two platforms, built into a store, a layout, an archive and docker's archive. */
async function setUp(t: ExecutionContext) {
	const folder = await folderFor(t);
	const [root, layout, archive, docker] = ['store', 'out', 'oci.tar', 'docker.tar'].map(name => join(folder, name));
	const result = await build({
		...{root: root ?? '', tags: ['app'], platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7']},
		dockerfile: {text: 'FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH /arch\nCMD ["/arch"]\n'},
		context: {files: {amd64: 'a', arm64: 'b', arm: 'c'}},
		outputs: [
			{type: 'oci', dest: layout ?? ''},
			{type: 'oci', dest: archive ?? '', tar: true},
			{type: 'docker', dest: docker ?? ''},
		],
	});
	return {folder, root, layout, archive, docker, result};
}

const platforms = ['linux/amd64', 'linux/arm64', 'linux/arm/v7'];

unless(without('skopeo'))(
	'skopeo finds the index in the store, the layout and the archive, and each platform in it',
	async t => {
		const {root, layout, archive, result} = await setUp(t);

		for (const reference of [`oci:${root}:app:latest`, `oci:${layout}:app`, `oci-archive:${archive}:app:latest`]) {
			const raw = output('skopeo', 'inspect', '--raw', reference);
			t.deepEqual(
				JSON.parse(raw).manifests.map(({digest}: {digest: string}) => digest),
				result.images.map(({digest}) => digest),
			);
			for (const [at, platform] of platforms.entries()) {
				const [os = '', architecture = '', variant] = platform.split('/');
				const wanted = [
					'--override-os',
					os,
					'--override-arch',
					architecture,
					...(variant ? ['--override-variant', variant] : []),
				];
				const {Architecture: found} = JSON.parse(output('skopeo', ...wanted, 'inspect', reference));
				t.is(found, architecture);
				const config = JSON.parse(output('skopeo', ...wanted, 'inspect', '--config', reference));
				t.deepEqual(
					config.rootfs.diff_ids,
					result.images[at]?.layers.map(({diffID}) => diffID),
				);
			}
		}
	},
);

unless(without('skopeo'))('skopeo copies all platforms, digests unchanged', async t => {
	const {folder, layout, result} = await setUp(t);

	output('skopeo', 'copy', '--all', '--insecure-policy', `oci:${layout}:app`, `oci:${folder}/copy:app`);

	const {manifests} = JSON.parse(readFileSync(join(folder, 'copy/index.json'), 'utf8'));
	t.is(manifests[0].digest, result.digest);
});

unless(without('skopeo'))("docker's archive has the image for this machine", async t => {
	const {docker, result} = await setUp(t);
	const host = {x64: 'amd64', arm64: 'arm64'}[process.arch as string] ?? 'amd64';

	const config = JSON.parse(output('skopeo', 'inspect', '--config', `docker-archive:${docker}`));

	t.is(config.architecture, host);
	const own = result.images.find(({platform}) => platform.architecture === host);
	t.deepEqual(
		config.rootfs.diff_ids,
		own?.layers.map(({diffID}) => diffID),
	);
});

test('the index is valid by the schema of the image specification', async t => {
	const {root, result} = await setUp(t);
	const index = JSON.parse(readFileSync(join(root ?? '', 'blobs/sha256', hexOf(result.digest)), 'utf8'));

	t.deepEqual(validateAgainst('image-index', index), []);
	for (const {digest} of result.images) {
		const manifest = JSON.parse(readFileSync(join(root ?? '', 'blobs/sha256', hexOf(digest)), 'utf8'));
		t.deepEqual(validateAgainst('image-manifest', manifest), []);
	}
});
