import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {prune} from '../../lib/catalog/prune.ts';
import {referrers} from '../../lib/catalog/referrers.ts';
import {imageStatement} from '../../lib/catalog/statement.ts';
import {type Digest, digestOf, hexOf} from '../../lib/oci/digest.ts';
import type {Descriptor, Index, Manifest} from '../../lib/oci/image.ts';
import {type Order, ofType, type Workshop, workshop} from '../helpers/build.ts';
import {hasCorpus} from '../helpers/corpus.ts';
import {serve} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';
import {gitServer} from '../helpers/git-server.ts';
import {output, testWith} from '../helpers/programs.ts';
import {startRegistry} from '../helpers/registry.ts';
import {validateAgainst} from '../helpers/schema.ts';

const files = {
	'var/lib/dpkg/status': 'Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n',
	'app/node_modules/ora/package.json': '{"name": "ora", "version": "9.4.1", "license": "MIT"}',
};

const order: Order = {
	lines: ['FROM scratch', 'ARG VERSION', 'COPY . /', 'ENV VERSION=$VERSION'],
	files,
	tags: ['team/app:1.4'],
	buildArgs: {VERSION: 'hidden-value', SOURCE_DATE_EPOCH: '1700000000'},
};

/** A document that the store has, which is what its digest says. */
function read<Document>({root}: Pick<Workshop, 'root'>, {digest}: {readonly digest: Digest}): Document {
	const bytes = readFileSync(join(root, 'blobs/sha256', hexOf(digest)));
	if (digestOf(bytes) !== digest) throw new Error(`${digest} is not what is stored`);
	return JSON.parse(bytes.toString()) as Document;
}

interface Statement {
	readonly _type: string;
	readonly subject: readonly object[];
	readonly predicateType: string;
	readonly predicate: unknown;
}

/** The index, the image and the statements of a build that has some. */
async function attested(shop: Workshop, asked: Order) {
	const {result, error, events} = await shop.tell(asked);
	if (!result) throw error;
	const index = read<Index>(shop, result);
	const [image] = index.manifests;
	const attestation = index.manifests.find(({platform}) => platform?.os === 'unknown');
	if (!image || !attestation) throw new Error('the index has no statements');
	const manifest = read<Manifest>(shop, attestation);
	const statements = manifest.layers.map(layer => read<Statement>(shop, layer));
	return {result, events, index, image, attestation, manifest, statements};
}

/** What a statement says in JSON, for what must not stand in it. */
const textOf = (statements: readonly Statement[]) => JSON.stringify(statements);

test('without attestations an image is one manifest', async t => {
	const shop = await workshop(t);
	const {result} = await shop.build({...order, attestations: {sbom: false, provenance: false}});

	t.is(result.descriptor.mediaType, 'application/vnd.oci.image.manifest.v1+json');
});

test('statements stand beside the image in an index, as BuildKit puts them there (ATT-1)', async t => {
	const shop = await workshop(t);
	const {image, attestation, manifest, statements, index} = await attested(shop, {
		...order,
		attestations: {sbom: true, provenance: true},
	});

	t.is(index.manifests.length, 2);
	t.deepEqual(image.platform, {os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch});
	t.like(attestation, {
		platform: {os: 'unknown', architecture: 'unknown'},
		annotations: {
			'vnd.docker.reference.type': 'attestation-manifest',
			'vnd.docker.reference.digest': image.digest,
		},
	});
	t.deepEqual(
		manifest.layers.map(({mediaType, annotations}) => [mediaType, annotations]),
		['https://spdx.dev/Document', 'https://slsa.dev/provenance/v1'].map(type => [
			'application/vnd.in-toto+json',
			{'in-toto.io/predicate-type': type},
		]),
	);
	t.deepEqual(
		statements.map(({predicateType}) => predicateType),
		['https://spdx.dev/Document', 'https://slsa.dev/provenance/v1'],
	);
	for (const {_type, subject} of statements) {
		t.is(_type, 'https://in-toto.io/Statement/v1');
		const [os, arch] = [image.platform?.os, image.platform?.architecture];
		const name = `pkg:docker/team/app@1.4?platform=${os}%2F${arch}`;
		t.deepEqual(subject, [{name, digest: {sha256: hexOf(image.digest)}}]);
	}
	const config = read<{rootfs: {diff_ids: readonly Digest[]}}>(shop, manifest.config);
	t.deepEqual(
		config.rootfs.diff_ids,
		manifest.layers.map(({digest}) => digest),
	);
	if (!hasCorpus) return;
	t.deepEqual(validateAgainst('image-index', index), []);
	t.deepEqual(validateAgainst('image-manifest', manifest), []);
	t.deepEqual(validateAgainst('config', config), []);
});

test('the SBOM lists what is in the image, at the time of the image; on another machine it is the same (ATT-2)', async t => {
	const asked = {...order, attestations: {sbom: true}};
	const shop = await workshop(t);
	const one = await attested(shop, asked);
	const again = await attested(shop, asked);
	const other = await attested(await workshop(t), asked);

	const {packages, creationInfo} = (await imageStatement('team/app:1.4', 'sbom', {root: shop.root})) as {
		packages: readonly {name: string}[];
		creationInfo: object;
	};
	t.deepEqual(
		packages.map(({name}) => name),
		['team/app:1.4', 'a', 'ora'],
	);
	t.like(creationInfo, {created: '2023-11-14T22:13:20Z'});
	t.is(again.result.digest, one.result.digest);
	t.is(other.result.digest, one.result.digest);
});

test('each platform has statements of its own, which stand after all images (ATT-1)', async t => {
	const shop = await workshop(t);
	const {result, index} = await attested(shop, {
		...order,
		platforms: ['linux/amd64', 'linux/arm64'],
		attestations: {sbom: true, provenance: {mode: 'max', reproducible: true}},
	});

	const [amd64, arm64, ...others] = index.manifests;
	t.deepEqual(
		others.map(({annotations}) => annotations?.['vnd.docker.reference.digest']),
		[amd64?.digest, arm64?.digest],
	);
	const provenance = (await imageStatement('team/app:1.4', 'provenance', {
		root: shop.root,
		platform: 'linux/arm64',
	})) as {buildDefinition: object};
	t.regex(JSON.stringify(provenance), /"platform":\{"Architecture":"arm64","OS":"linux"\}/);
	t.is(result.images.length, 2);
});

test('an image of one platform is told as one, with its own id, and the size of all that is stored', async t => {
	const shop = await workshop(t);
	const plain = await shop.build(order);
	const {result, image, events} = await attested(shop, {...order, attestations: {sbom: true}});

	t.is(image.digest, plain.result.digest, 'the image is the same');
	t.is(result.id, plain.result.id);
	t.true(result.size > plain.result.size);
	t.false('images' in (ofType(events, 'build.finished')[0]?.image ?? {}));
});

test('how an image was built is told in the result if it is asked for, and changes nothing', async t => {
	const shop = await workshop(t);
	const plain = await shop.build(order);

	const {result} = await shop.build({...order, provenanceRecord: 'min'});
	const full = await shop.tell({...order, provenanceRecord: 'max', platforms: ['linux/amd64', 'linux/arm64']});

	t.is(result.digest, plain.result.digest);
	t.like(result.images[0]?.provenance, {buildType: 'https://mobyproject.org/buildkit@v1', builder: {id: ''}});
	t.false(JSON.stringify(result.images[0]?.provenance).includes('hidden-value'));
	t.false('provenance' in (plain.result.images[0] ?? {}));
	t.true(full.result?.images.every(({provenance}) => JSON.stringify(provenance).includes('hidden-value')));
});

test('the files of an image, and what docker takes, are those of the image alone', async t => {
	const shop = await workshop(t);
	const folder = await folderFor(t);
	const outputs = [
		{type: 'local', dest: join(folder, 'files')},
		{type: 'docker', dest: join(folder, 'docker.tar')},
	] as const;
	await attested(shop, {...order, outputs, attestations: {sbom: true}});

	t.deepEqual(readdirSync(join(folder, 'files')), ['app', 'var']);
	const manifest = execFileSync('tar', ['-xOf', join(folder, 'docker.tar'), 'manifest.json'], {encoding: 'utf8'});
	t.deepEqual(JSON.parse(manifest)[0].RepoTags, ['docker.io/team/app:1.4']);
	t.is(JSON.parse(manifest)[0].Layers.length, 1);
});

for (const [title, changes] of [
	['docker’s media types', {mediaTypes: 'docker'}],
	['annotations', {annotations: [{key: 'a', value: 'b'}]}],
] as const) {
	test(`what leaves with ${title} has statements on what it is there`, async t => {
		const shop = await workshop(t);
		const layout = join(await folderFor(t), 'layout');
		const {image} = await attested(shop, {
			...order,
			outputs: [{type: 'oci', dest: layout, ...changes}],
			attestations: {sbom: true, provenance: true},
		});

		const [entry] = (JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as Index).manifests;
		const [left, statements] = read<Index>({root: layout}, entry as Descriptor).manifests as [Descriptor, Descriptor];
		t.not(left.digest, image.digest);
		t.deepEqual(statements.annotations, {
			'vnd.docker.reference.type': 'attestation-manifest',
			'vnd.docker.reference.digest': left.digest,
		});
		const manifest = read<Manifest>({root: layout}, statements);
		t.is(manifest.layers.length, 2);
		for (const layer of manifest.layers) {
			const {subject} = read<Statement>({root: layout}, layer);
			t.like(subject, [{digest: {sha256: hexOf(left.digest)}}]);
			t.truthy(layer.annotations?.['in-toto.io/predicate-type']);
		}
		const {rootfs} = read<{rootfs: object}>({root: layout}, manifest.config);
		t.like(rootfs, {diff_ids: manifest.layers.map(({digest}) => digest)});
	});
}

/** Of a descriptor, what another document says of it. */
const bare = ({mediaType, digest, size}: Descriptor) => ({mediaType, digest, size});

test('statements can be artifacts that refer to the image, also to what it becomes in an output (ATT-3)', async t => {
	const shop = await workshop(t);
	const layout = join(await folderFor(t), 'layout');
	const {image, manifest, statements} = await attested(shop, {
		...order,
		outputs: [{type: 'oci', dest: layout, annotations: [{key: 'a', value: 'b'}]}],
		attestations: {sbom: true, provenance: true, artifact: true},
	});

	t.is(statements.length, 2);
	t.is(manifest.artifactType, 'application/vnd.docker.attestation.manifest.v1+json');
	t.deepEqual(manifest.subject, bare(image));
	t.is(manifest.config.mediaType, 'application/vnd.oci.empty.v1+json');
	t.deepEqual(read(shop, manifest.config), {});
	const [entry] = (JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as Index).manifests;
	const [left, stated] = read<Index>({root: layout}, entry as Descriptor).manifests as [Descriptor, Descriptor];
	t.not(left.digest, image.digest);
	t.deepEqual(read<Manifest>({root: layout}, stated).subject, bare(left));
	const shown = (await imageStatement('team/app:1.4', 'sbom', {root: shop.root})) as {packages: readonly unknown[]};
	t.is(shown.packages.length, 3);
	if (hasCorpus) t.deepEqual(validateAgainst('image-manifest', manifest), []);
});

test('an output may ask for artifacts, as with buildx', async t => {
	const {manifest, image} = await attested(await workshop(t), {
		...order,
		outputs: [{type: 'store', ociArtifact: true}],
		attestations: {sbom: true},
	});

	t.is(manifest.subject?.digest, image.digest);
});

testWith(['docker-registry'])('a registry lists such statements as what refers to the image (ATT-3)', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	const name = `${registry.host}/app:1`;

	const {image, attestation} = await attested(await workshop(t), {
		...order,
		tags: [name],
		outputs: [{type: 'registry'}],
		attestations: {sbom: true, artifact: true},
	});

	const listed = await referrers(`${registry.host}/app@${image.digest}`);
	t.deepEqual(
		listed.map(({digest, artifactType}) => [digest, artifactType]),
		[[attestation.digest, 'application/vnd.docker.attestation.manifest.v1+json']],
	);
});

test('what an SBOM lacks is a warning', async t => {
	const {events} = await attested(await workshop(t), {
		lines: ['FROM scratch', 'COPY . /'],
		files: {'var/lib/rpm/Packages': 'x'},
		attestations: {sbom: true},
	});

	t.deepEqual(
		ofType(events, 'warning').map(({message}) => message),
		['SBOM: packages are not listed: /var/lib/rpm/Packages is a Berkeley DB, which is not read'],
	);
});

test('provenance in mode min tells no build arg; in mode max it tells them; neither tells a secret (ATT-1)', async t => {
	const shop = await workshop(t);
	const stated = async (mode: 'min' | 'max', version: 'v0.2' | 'v1') => {
		const {statements} = await attested(shop, {
			...order,
			secrets: {npm: 'hush-hush'},
			buildArgs: {...order.buildArgs, HTTPS_PROXY: 'http://user:pass@proxy', URL: 'https://user:pass@example.com'},
			attestations: {provenance: {mode, version, builderID: 'https://ci/1'}},
		});
		return textOf(statements);
	};

	for (const version of ['v0.2', 'v1'] as const) {
		const [min, max] = [await stated('min', version), await stated('max', version)];
		t.false(min.includes('hidden-value'), version);
		t.true(max.includes('"build-arg:VERSION":"hidden-value"'), version);
		for (const text of [min, max]) {
			t.regex(text, /"builder":\{"id":"https:\/\/ci\/1"\}/);
			for (const secret of ['hush', 'pass', shop.root]) t.false(text.includes(secret), `${version}: ${secret}`);
		}
	}
});

test('what is said to be reproducible is stated in the same bytes each time', async t => {
	const asked = {...order, attestations: {sbom: true, provenance: {reproducible: true}}};

	const one = await attested(await workshop(t), asked);
	const other = await attested(await workshop(t), asked);

	t.is(other.result.digest, one.result.digest);
});

test('materials are what was fetched, with digests, and without logins', async t => {
	const server = await gitServer(t);
	execFileSync('touch', [join(server.folder, 'file')]);
	server.commit();
	const commit = server.git('rev-parse', 'HEAD');
	const host = await serve(t, (_, response) => response.end('content'));
	const asked = {
		lines: ['FROM scratch', `ADD http://user:pass@${host}/f /`, `ADD ${server.url} /repository/`, 'COPY a /'],
		files: {a: 'a'},
		attestations: {provenance: {mode: 'min', version: 'v0.2'} as const},
	};

	const {statements} = await attested(await workshop(t), asked);

	t.like(statements[0]?.predicate, {
		materials: [
			{uri: `http://${host}/f`, digest: {sha256: hexOf(digestOf('content'))}},
			{uri: server.url, digest: {sha1: commit}},
		],
		metadata: {completeness: {materials: false}},
	});
	t.false(textOf(statements).includes('pass'));
});

test('a base is a material by its name and digest; the folder of a layout is nobody else’s business', async t => {
	const shop = await workshop(t);
	const layout = join(await folderFor(t), 'layout');
	const {result} = await shop.build({...order, outputs: [{type: 'oci', dest: layout}]});

	const {statements} = await attested(shop, {
		lines: ['FROM base', 'LABEL a=b'],
		contexts: {base: `oci-layout://${layout}:team/app:1.4`},
		attestations: {provenance: {mode: 'max', version: 'v0.2'}},
	});

	t.like(statements[0]?.predicate, {
		materials: [{uri: `pkg:oci/base@${result.digest}`, digest: {sha256: hexOf(result.digest)}}],
		metadata: {completeness: {materials: true}},
	});
	t.false(textOf(statements).includes(layout));
});

test('the layers that are told of steps are those of the image', async t => {
	const shop = await workshop(t);
	const layout = join(await folderFor(t), 'layout');
	await shop.build({...order, outputs: [{type: 'oci', dest: layout}]});

	const {statements, image} = await attested(shop, {
		lines: ['FROM base AS one', 'COPY a /', 'FROM one', 'ENV a=b', 'WORKDIR /made'],
		files: {a: 'a'},
		contexts: {base: `oci-layout://${layout}:team/app:1.4`},
		attestations: {provenance: true},
	});

	const {layers} = read<Manifest>(shop, image);
	t.is(layers.length, 3);
	t.like(statements[0]?.predicate, {
		runDetails: {
			metadata: {
				buildkit_metadata: {
					layers: {'step0:0': [layers.slice(0, 1)], 'step2:0': [layers.slice(0, 2)], 'step3:0': [layers]},
				},
			},
		},
	});
});

test('a context from a repository is where the build is described', async t => {
	const server = await gitServer(t);
	execFileSync('sh', ['-c', 'printf "FROM scratch\\nCOPY . /\\n" > "$1"', 'sh', join(server.folder, 'Dockerfile')]);
	server.commit();

	const {statements} = await attested(await workshop(t), {
		context: server.url,
		attestations: {provenance: {mode: 'min'}},
	});

	const material = {uri: server.url, digest: {sha1: server.git('rev-parse', 'HEAD')}};
	t.like(statements[0]?.predicate, {
		buildDefinition: {
			externalParameters: {configSource: {...material, path: 'Dockerfile'}, request: {locals: []}},
			resolvedDependencies: [material],
		},
		runDetails: {metadata: {buildkit_completeness: {resolvedDependencies: true}}},
	});
});

test('prune keeps the statements on an image that stays, and takes them with it', async t => {
	const shop = await workshop(t);
	const {manifest, result} = await attested(shop, {...order, attestations: {sbom: true}});
	const there = () => manifest.layers.map(({digest}) => existsSync(join(shop.root, 'blobs/sha256', hexOf(digest))));

	await prune({root: shop.root, all: true});
	t.deepEqual(there(), [true]);

	await shop.build({...order, lines: ['FROM scratch', 'COPY var /'], attestations: {sbom: true}}).catch(() => {});
	t.is(result.names[0], 'team/app:1.4');
	await prune({root: shop.root, all: true});
	t.deepEqual(there(), [false]);
});

testWith(['skopeo', 'docker-registry'])('skopeo and a registry take the index with all that is in it', async t => {
	const shop = await workshop(t);
	const {result, attestation} = await attested(shop, {...order, attestations: {sbom: true, provenance: true}});
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	const remote = `docker://${registry.host}/app`;

	output('skopeo', 'copy', '--all', '--dest-tls-verify=false', `oci:${shop.root}:team/app:1.4`, remote);

	t.is(JSON.parse(output('skopeo', 'inspect', '--tls-verify=false', remote)).Digest, result.digest);
	t.is(JSON.parse(output('skopeo', 'inspect', `oci:${shop.root}:team/app:1.4`)).Os, 'linux');
	const raw = output('skopeo', 'inspect', '--raw', '--tls-verify=false', `${remote}@${attestation.digest}`);
	t.is(digestOf(raw), attestation.digest);
});
