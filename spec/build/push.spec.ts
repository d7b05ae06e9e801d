import test from 'ava';
import {RegistryError, UsageError} from '../../lib/errors.ts';
import {parseReference, type Reference} from '../../lib/oci/reference.ts';
import {registrySource} from '../../lib/registry/source.ts';
import {ofType, workshop} from '../helpers/build.ts';
import {output, testWith} from '../helpers/programs.ts';
import {pushRegistry, securePushRegistry} from '../helpers/push-registry.ts';
import {startRegistry} from '../helpers/registry.ts';

const lines = ['FROM scratch', 'COPY hello /', 'CMD ["/hello"]'];
const files = {hello: 'hello\n'};

function reference(name: string): Reference {
	const parsed = parseReference(name);
	if (!parsed) throw new Error(`${name} is no reference`);
	return parsed;
}

testWith(['skopeo'])('OUT-3: an image is pushed under each of its names, as skopeo finds it', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	const shop = await workshop(t);
	const tags = [`${registry.host}/team/app:1.4`, `${registry.host}/team/app`];

	const {result, events} = await shop.build({lines, files, tags, outputs: [{type: 'registry'}]});

	for (const name of tags) {
		const found = JSON.parse(output('skopeo', 'inspect', '--tls-verify=false', `docker://${name}`));
		t.is(found.Digest, result.digest);
		t.is(found.Layers.length, 1);
	}
	t.deepEqual(
		ofType(events, 'export').map(({dest, state}) => `${state} ${dest.replace(registry.host, 'R')}`),
		['started R/team/app:1.4', 'done R/team/app:1.4', 'started R/team/app:latest', 'done R/team/app:latest'],
	);
	const moved = ofType(events, 'transfer').filter(({direction, kind}) => direction === 'push' && kind === 'layer');
	t.is(moved.at(-1)?.state, 'present');
	t.is(moved[0]?.step, undefined);
});

test('OUT-3: by digest the repository gets no tag', async t => {
	const {host, manifests} = await pushRegistry(t);
	const shop = await workshop(t);
	const outputs = [{type: 'registry', names: [`${host}/app`], byDigest: true}] as const;

	const {result, events} = await shop.build({lines, files, outputs});

	t.deepEqual([...manifests.keys()], [`app@${result.digest}`]);
	t.is(ofType(events, 'export').at(-1)?.dest, `${host}/app@${result.digest}`);
	t.is(
		(await registrySource(reference(`${host}/app@${result.digest}`), {env: {}}).resolve()).descriptor.digest,
		result.digest,
	);
});

test('OUT-3: what a base or an earlier push left in another repository of the registry is mounted', async t => {
	const {host, requests} = await pushRegistry(t);
	const shop = await workshop(t);
	await shop.build({lines, files, tags: [`${host}/base`], outputs: [{type: 'registry'}]});
	requests.length = 0;

	await shop.build({
		lines: [`FROM ${host}/base`, 'CMD ["/other"]'],
		tags: [`${host}/app`],
		outputs: [{type: 'registry'}],
	});

	const uploads = requests.filter(request => request.startsWith('POST'));
	t.is(uploads.filter(request => request.includes('from=base')).length, 1);
	t.is(uploads.length, 2, 'the layer is mounted, the config is sent');
});

test('OUT-3, OUT-7: an index is pushed after the images that it names', async t => {
	const {host, requests, manifests} = await pushRegistry(t);
	const shop = await workshop(t);
	const platforms = ['linux/amd64', 'linux/arm64'];

	const {result} = await shop.tell({lines, files, platforms, tags: [`${host}/app`], outputs: [{type: 'registry'}]});

	const put = requests.filter(request => /^PUT .*manifests/.test(request));
	t.is(put.length, 3);
	t.is(put.at(-1), 'PUT /v2/app/manifests/latest');
	t.is(manifests.get(`app@${result?.digest}`)?.mediaType, result?.descriptor.mediaType);
});

testWith(['openssl'])('OUT-3: registry.insecure takes any certificate', async t => {
	const registry = await securePushRegistry(t);
	const shop = await workshop(t);
	const to = {type: 'registry', names: [`${registry.host}/app`]} as const;
	const registries = {tlsVerify: true};

	await t.throwsAsync(shop.build({lines, files, registries, outputs: [to]}), {code: 'REGISTRY_INSECURE'});
	const {result} = await shop.build({lines, files, registries, outputs: [{...to, insecure: true}]});

	t.true(registry.manifests.has(`app@${result.digest}`));
});

test('what is to be pushed needs a name, before anything is done', async t => {
	const shop = await workshop(t);

	const {error, events} = await shop.tell({lines, files, outputs: [{type: 'registry'}]});

	t.true(error instanceof UsageError);
	t.is(error?.message, 'what is to be pushed needs a name');
	t.deepEqual(ofType(events, 'step.started'), []);
});

test('a push that fails leaves the image in the store, and says how to go on (UX 2.9)', async t => {
	const {host} = await pushRegistry(t, (_, response) => {
		response.writeHead(401).end();
		return true;
	});
	const shop = await workshop(t);

	const {error} = await shop.tell({lines, files, tags: [`${host}/app:1`], outputs: [{type: 'registry'}]});

	t.true(error instanceof RegistryError);
	t.is((error as RegistryError).notes.at(-1), `the image is in the store: strata push ${host}/app:1`);
	await t.notThrowsAsync(shop.build({lines: [`FROM ${host}/app:1`]}));
});
