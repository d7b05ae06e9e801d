import {join} from 'node:path';
import test from 'ava';
import {copyImage} from '../../lib/catalog/copy.ts';
import {parsePlace, placeName} from '../../lib/catalog/place.ts';
import {pullImage} from '../../lib/catalog/pull.ts';
import {UsageError} from '../../lib/errors.ts';
import {openStore} from '../../lib/store/open.ts';
import {fakeRegistry} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';
import {imageOf, indexOf, push} from '../helpers/image.ts';
import {output, testWith} from '../helpers/programs.ts';
import {startRegistry} from '../helpers/registry.ts';

const amd64 = imageOf('linux/amd64', ['lowest', 'amd64']);
const both = indexOf({'linux/amd64': amd64, 'linux/arm64': imageOf('linux/arm64', ['lowest', 'arm64'])});

testWith(['skopeo'])('IMG-2: an index goes from a registry to a layout to a registry, as skopeo sees it', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	await push(registry.host, 'app', {image: both, tag: '1'});
	const folder = await folderFor(t);
	const [layout, root] = [join(folder, 'out'), join(folder, 'store')];

	const out = await copyImage(`docker://${registry.host}/app:1`, `oci:${layout}:1`, {root});
	const back = await copyImage(`oci:${layout}:1`, `${registry.host}/copy:2`, {root});

	t.deepEqual(out, {name: `oci:${layout}:1`, digest: both.root.digest, pinned: `oci:${layout}:1`});
	t.is(back.pinned, `${registry.host}/copy@${both.root.digest}`);
	t.is(JSON.parse(output('skopeo', 'inspect', `oci:${layout}:1`)).Layers.length, 2);
	const found = JSON.parse(output('skopeo', 'inspect', '--tls-verify=false', `docker://${registry.host}/copy:2`));
	t.is(found.Layers.length, 2);
	await using store = await openStore(root);
	t.deepEqual(store.images.list(), []);
});

testWith(['skopeo'])('IMG-2: one platform goes to an archive that skopeo reads, and from it to a registry', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	await push(registry.host, 'app', {image: both, tag: '1'});
	const folder = await folderFor(t);
	const [file, root] = [join(folder, 'app.tar'), join(folder, 'store')];

	const out = await copyImage(`${registry.host}/app:1`, `oci-archive:${file}:app:1`, {root, platform: 'linux/amd64'});
	const back = await copyImage(`oci-archive:${file}`, `${registry.host}/copy`, {root});

	t.is(out.digest, amd64.root.digest);
	t.is(back.digest, amd64.root.digest);
	t.is(JSON.parse(output('skopeo', 'inspect', `oci-archive:${file}`)).Digest, amd64.root.digest);
	await using store = await openStore(root);
	t.deepEqual(store.images.list(), [], 'what is only on its way gets no name');
});

test('nothing is asked for twice', async t => {
	const {host, requests} = await fakeRegistry(t, both);
	const [root, folder] = [await folderFor(t), await folderFor(t)];

	await pullImage(`${host}/app:1`, {root, platform: 'all'});
	const asked = requests.splice(0);
	await copyImage(`${host}/app:1`, `oci:${join(folder, 'out')}`, {root});

	t.is(new Set(asked).size, asked.length, asked.join('\n'));
	t.deepEqual(requests.toSorted(), asked.toSorted());
});

for (const [text, name] of [
	['alpine', 'alpine:latest'],
	['docker://r.io/team/app:1', 'r.io/team/app:1'],
	['oci:out', 'oci:out'],
	['oci:/srv/out:app:1', 'oci:/srv/out:app:1'],
	['oci-archive:app.tar', 'oci-archive:app.tar'],
	['docker-archive:app.tar:team/app', 'docker-archive:app.tar:team/app:latest'],
] as const) {
	test(`IMG-2: ${text} is a place`, t => {
		t.is(placeName(parsePlace(text)), name);
	});
}

/** Places of skopeo, which names in a registry could be, too. */
const foreign = ['docker-daemon:app:1', 'containers-storage:app', 'dir:app', 'ostree:app'];

test('a name that begins like a place of skopeo can be said in full', t => {
	t.is(placeName(parsePlace('docker://docker.io/library/dir:app')), 'dir:app');
});

for (const text of ['', 'UPPER', 'oci:', 'dir:/tmp', ...foreign, 'oci-archive:', 'docker-archive:app.tar:UPPER']) {
	test(`IMG-2: ${JSON.stringify(text)} is no place`, t => {
		t.throws(() => parsePlace(text), {instanceOf: UsageError, code: 'BAD_PLACE'});
	});
}
