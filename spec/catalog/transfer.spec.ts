import test from 'ava';
import {copyImage} from '../../lib/catalog/copy.ts';
import {pullImage} from '../../lib/catalog/pull.ts';
import {pushImage} from '../../lib/catalog/push.ts';
import {UsageError} from '../../lib/errors.ts';
import type {TransferProgress} from '../../lib/registry/transfer.ts';
import {openStore} from '../../lib/store/open.ts';
import {folderFor} from '../helpers/folder.ts';
import {output, testWith} from '../helpers/programs.ts';
import {startPrivateRegistry, startRegistry} from '../helpers/registry.ts';
import {storeImage, storeIndex, storeLayer} from '../helpers/stored-image.ts';

const login = {username: 'user', password: 'secret'};

/** A store with `app`, an index of two platforms. */
async function filled(root: string) {
	await using store = await openStore(root);
	const layer = await storeLayer(store, {'hello.txt': 'hello'});
	const images = Object.fromEntries(
		['linux/amd64', 'linux/arm64'].map(platform => [platform, storeImage(store, {layers: [layer], platform})]),
	);
	const index = storeIndex(store, images);
	await store.images.tag(index, 'app:latest');
	return {index, amd64: images['linux/amd64']?.descriptor, arm64: images['linux/arm64']?.descriptor};
}

testWith(['skopeo'])('IMG-2: what is pushed is what skopeo finds, and comes back by pull', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	const [root, other] = [await folderFor(t), await folderFor(t)];
	const {index, amd64, arm64} = await filled(root);
	const name = `${registry.host}/team/app:1.4`;

	const pushed = await pushImage('app', name, {root});

	t.deepEqual(pushed, {name, digest: index.digest, pinned: `${registry.host}/team/app@${index.digest}`});
	const raw = JSON.parse(output('skopeo', 'inspect', '--raw', '--tls-verify=false', `docker://${name}`));
	t.deepEqual(
		raw.manifests.map(({digest}: {digest: string}) => digest),
		[amd64?.digest, arm64?.digest],
	);

	t.is((await pullImage(name, {root: other, platform: 'linux/arm64'})).digest as string | undefined, arm64?.digest);
	t.is((await pullImage(name, {root: other, platform: 'all'})).digest, index.digest);
	await using store = await openStore(other);
	t.is(store.images.find(name)?.descriptor.digest, index.digest);
	t.true([amd64, arm64].every(image => image && store.blobs.has(image.digest, image.size)));
});

test('IMG-2: a registry that wants a login gets the one that is given', async t => {
	const registry = await startPrivateRegistry();
	t.teardown(() => registry.stop());
	const root = await folderFor(t);
	const {index} = await filled(root);
	const name = `${registry.host}/app`;

	await t.throwsAsync(pushImage('app', name, {root, authFile: '/nowhere'}), {code: 'REGISTRY_LOGIN'});
	await pushImage('app', name, {root, login});

	t.is((await pullImage(name, {root, login, platform: 'all'})).digest, index.digest);
});

test('IMG-2: pulling again fetches nothing', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	const root = await folderFor(t);
	await filled(root);
	const name = `${registry.host}/app`;
	await pushImage('app', name, {root});
	const progress: TransferProgress[] = [];

	await pullImage(name, {root, platform: 'all', onTransfer: one => progress.push(one)});

	t.deepEqual(new Set(progress.map(({state}) => state)), new Set(['present']));
});

test('a name with the digest of another image is no place for this one', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	const root = await folderFor(t);
	const {index} = await filled(root);
	const other = `${registry.host}/app@sha256:${'a'.repeat(64)}`;
	const own = `${registry.host}/app@${index.digest}`;

	const error = await t.throwsAsync(pushImage('app', other, {root}), {instanceOf: UsageError, code: 'OTHER_DIGEST'});
	t.is(error?.message, `${other} is the name of another image`);
	t.is((await pushImage('app', own, {root})).pinned, own);
	await t.throwsAsync(copyImage(own, other, {root}), {instanceOf: UsageError, code: 'OTHER_DIGEST'});
	t.is((await copyImage(own, `${registry.host}/copy@${index.digest}`, {root})).digest, index.digest);
});

test('a place of skopeo is no name to push to', async t => {
	const work = async () => pushImage('app', 'docker-daemon:app', {root: await folderFor(t)});

	const error = await t.throwsAsync(work, {instanceOf: UsageError, code: 'BAD_PLACE'});

	t.is(error?.help[0], "into docker's images: strata save IMAGE | docker load");
});

for (const [source, dest] of [
	['app', 'UPPER'],
	['app', `r.io/app:1@sha256:${'a'.repeat(64)}`],
	['b6ed094a0dd6', undefined],
] as const) {
	test(`IMG-2: pushing ${source} to ${dest ?? 'nowhere'} is an error of usage`, async t => {
		await t.throwsAsync(async () => pushImage(source, dest, {root: await folderFor(t)}), {
			instanceOf: UsageError,
			code: 'BAD_NAME',
		});
	});
}
