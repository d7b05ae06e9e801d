import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {copyImage} from '../../lib/catalog/copy.ts';
import {pullImage} from '../../lib/catalog/pull.ts';
import {pushImage} from '../../lib/catalog/push.ts';
import type {TransferOptions} from '../../lib/catalog/transfer.ts';
import {StrataError} from '../../lib/errors.ts';
import {ociLayerGzip} from '../../lib/oci/media-types.ts';
import {openStore} from '../../lib/store/open.ts';
import {workshop} from '../helpers/build.ts';
import {first, type Intercept, serve, status} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';
import {imageOf, indexOf, push} from '../helpers/image.ts';
import {cutEvery, lyingProxy} from '../helpers/proxy.ts';
import {startPrivateRegistry, startRegistry} from '../helpers/registry.ts';

const image = imageOf('linux/amd64', [Buffer.alloc(300_000, 'lowest'), 'middle', 'highest']);
const [lowest = image.root] = image.layers;

/** A real registry with `app`, and a liar before it. */
async function liar(t: ExecutionContext, act: Intercept, content = image) {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	await push(registry.host, 'app', {image: content, tag: 'latest'});
	const host = await lyingProxy(t, registry.host, act);
	const root = await folderFor(t);
	return {registry, host, name: `${host}/app`, root, options: quick({root})};
}

/** Without the pauses between attempts. */
function quick(options: TransferOptions): TransferOptions {
	return {...options, ...{backoff: 1}};
}

/** What a store holds after something went wrong: nothing that is not whole, and no name. */
async function isClean(t: ExecutionContext, root: string): Promise<void> {
	await using store = await openStore(root);
	t.deepEqual(store.images.list(), []);
	t.deepEqual(readdirSync(join(root, 'tmp')), []);
	t.false(store.blobs.has(lowest.digest));
}

async function fails(t: ExecutionContext, work: Promise<unknown>, code: string): Promise<StrataError> {
	const error = await t.throwsAsync(work, {code});
	t.true(error instanceof StrataError);
	return error as StrataError;
}

test('a connection that is cut at every tenth request is a matter of trying again, for pull and push', async t => {
	const {name, host, root, options} = await liar(t, cutEvery(10));

	for (let round = 0; round < 3; round++) {
		const own = quick({root: await folderFor(t)});
		t.is((await pullImage(name, own)).digest, image.root.digest);
		t.is((await pushImage(name, `${host}/round${round}`, own)).digest, image.root.digest);
	}
	t.is((await pullImage(`${host}/round2`, options)).digest, image.root.digest);
	await using store = await openStore(root);
	t.true(store.blobs.has(lowest.digest, lowest.size));
});

for (const [title, act] of [
	['429 with Retry-After', status(429, {'retry-after': '0'})],
	['500', status(500)],
	['503', status(503)],
] as const) {
	test(`an answer ${title} is a matter of trying again`, async t => {
		const {name, options} = await liar(t, first(2, /manifests|blobs/, act));

		t.is((await pullImage(name, options)).digest, image.root.digest);
	});
}

test('a blob that is another one is refused, and nothing of the image is kept', async t => {
	const {name, root, options} = await liar(t, (request, response) => {
		if (!request.url?.endsWith(lowest.digest)) return false;
		response.end(Buffer.alloc(lowest.size, 'LOWEST'));
		return true;
	});

	const error = await fails(t, pullImage(name, options), 'DIGEST_MISMATCH');

	t.regex(error.message, /^a layer of .*\/app:latest is not what its digest says; nothing of it was kept$/);
	await isClean(t, root);
});

test('a blob that always breaks off is given up, and nothing of it is kept', async t => {
	const {name, root, options} = await liar(t, (request, response) => {
		if (!request.url?.endsWith(lowest.digest)) return false;
		response.writeHead(200, {'content-length': lowest.size}).write('lowest', () => response.destroy());
		return true;
	});

	await fails(t, pullImage(name, options), 'REGISTRY_UNREACHABLE');

	await isClean(t, root);
});

test('a redirect to another host is followed without credentials, which are in no file of the store', async t => {
	const registry = await startPrivateRegistry();
	t.teardown(() => registry.stop());
	const seen: (string | undefined)[] = [];
	const bytes = image.blobs.get(lowest.digest)?.bytes;
	const elsewhere = await serve(t, (request, response) => {
		seen.push(request.headers.authorization);
		response.end(bytes);
	});
	const login = {username: 'user', password: 'secret'};
	const [root, other] = [await folderFor(t), await folderFor(t)];
	const source = await liar(t, () => false);
	await pullImage(source.name, quick({root}));
	await pushImage(source.name, `${registry.host}/app`, quick({root, login}));
	const host = await lyingProxy(t, registry.host, (request, response) => {
		if (!request.url?.endsWith(lowest.digest) || request.method !== 'GET') return false;
		response.writeHead(307, {location: `http://${elsewhere}/blob`}).end();
		return true;
	});

	await pullImage(`${host}/app`, quick({root: other, login}));

	t.deepEqual(seen, [undefined]);
	const files = readdirSync(other, {recursive: true, withFileTypes: true}).filter(entry => entry.isFile());
	const texts = files.map(file => readFileSync(join(file.parentPath, file.name), 'latin1'));
	t.false(texts.some(text => text.includes('secret') || text.includes(Buffer.from('user:secret').toString('base64'))));
});

test('a manifest of the wrong type is read for what it is', async t => {
	const {name, options} = await liar(t, (request, response) => {
		if (!request.url?.endsWith('/manifests/latest')) return false;
		response.writeHead(200, {'content-type': 'text/html'}).end(image.blobs.get(image.root.digest)?.bytes);
		return true;
	});

	t.is((await pullImage(name, options)).digest, image.root.digest);
});

for (const type of ['text/html', 'application/json', 'application/vnd.example', image.root.mediaType]) {
	test(`something else of the type ${type} is no image to pull or copy`, async t => {
		const {name, root, options} = await liar(t, (request, response) => {
			if (!request.url?.endsWith('/manifests/latest')) return false;
			response.writeHead(200, {'content-type': type}).end('{"login": "please"}');
			return true;
		});
		const layout = join(await folderFor(t), 'out');

		const error = await fails(t, pullImage(name, {...options, platform: 'all'}), 'NOT_AN_IMAGE');
		await fails(t, pullImage(name, options), 'NOT_AN_IMAGE');
		await fails(t, copyImage(name, `oci:${layout}`, {root}), 'NOT_AN_IMAGE');

		t.is(error.message, `${name}:latest is not an image`);
		t.false(existsSync(layout));
		await isClean(t, root);
		t.deepEqual(readdirSync(join(root, 'blobs/sha256')), []);
	});
}

test('an entry of an index that is no manifest is not copied for a platform', async t => {
	const other = {...lowest, mediaType: 'application/octet-stream'};
	const {name, root} = await liar(t, () => false, indexOf({'linux/amd64': {...image, root: other}}));
	const layout = join(await folderFor(t), 'out');

	await fails(t, copyImage(name, `oci:${layout}`, {root, platform: 'linux/amd64'}), 'NOT_AN_IMAGE');

	t.false(existsSync(layout));
});

test('an index without our platform says which it has', async t => {
	const foreign = indexOf({'linux/s390x': imageOf('linux/s390x', ['lowest'])});
	const {name, root, options} = await liar(t, () => false, foreign);

	const error = await fails(t, pullImage(name, {...options, platform: 'linux/amd64'}), 'NO_PLATFORM');

	t.deepEqual(error.notes, ['it has linux/s390x']);
	await isClean(t, root);
});

test('a manifest of 100 MB is not read to its end', async t => {
	let sent = 0;
	const {name, root, options} = await liar(t, (request, response) => {
		if (!request.url?.endsWith('/manifests/latest')) return false;
		response.writeHead(200, {'content-type': image.root.mediaType, 'content-length': 100 << 20});
		const more = () => {
			while (!response.destroyed && sent < 100 << 20) {
				sent += 1 << 16;
				if (!response.write(Buffer.alloc(1 << 16, ' '))) return response.once('drain', more);
			}
			return response;
		};
		more();
		return true;
	});

	const error = await fails(t, pullImage(name, options), 'DOCUMENT_TOO_LARGE');

	t.regex(error.message, /^the manifest of .*\/app:latest is too large; nothing of it was kept$/);
	t.true(sent < 50 << 20, `${sent} bytes were sent`);
	await isClean(t, root);
});

test('a manifest that an index says is of 100 MB is not even asked for', async t => {
	const large = indexOf({'linux/amd64': {...image, root: {...image.root, size: 100 << 20}}});
	const asked: (string | undefined)[] = [];
	const {name, options} = await liar(t, (request, response) => {
		if (request.url?.endsWith(image.root.digest)) asked.push(request.url);
		if (!request.url?.endsWith('/manifests/latest')) return false;
		const {mediaType, bytes} = large.blobs.get(large.root.digest) ?? {mediaType: '', bytes: ''};
		response.writeHead(200, {'content-type': mediaType}).end(bytes);
		return true;
	});

	await fails(t, pullImage(name, {...options, platform: 'linux/amd64'}), 'DOCUMENT_TOO_LARGE');

	t.deepEqual(asked, []);
});

test('a layer that unpacks to far more than it says is refused by whoever unpacks it', async t => {
	const bomb = imageOf('linux/amd64', [gzipSync(Buffer.alloc(64 << 20))], ociLayerGzip);
	const {name} = await liar(t, () => false, bomb);
	const shop = await workshop(t);

	const {error} = await shop.tell({lines: ['FROM scratch', `COPY --from=${name} / /`]});

	t.true(error instanceof StrataError, String(error));
	t.is((error as StrataError).code, 'DIFF_ID_MISMATCH');
	t.deepEqual(shop.leftovers(), []);
});
