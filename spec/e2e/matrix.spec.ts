import {chmodSync, existsSync, readdirSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {digestOf} from '../../lib/oci/digest.ts';
import type {Descriptor, Index, Manifest} from '../../lib/oci/image.ts';
import {hasCorpus} from '../helpers/corpus.ts';
import {startDocker} from '../helpers/docker.ts';
import {type Ended, makePlace, type Place} from '../helpers/place.ts';
import {startRegistry} from '../helpers/registry.ts';
import {type SchemaKind, validateAgainst} from '../helpers/schema.ts';
import {unless} from '../helpers/skip.ts';
import {readStargz} from '../helpers/stargz.ts';
import {build, stopFixtures, strata} from '../helpers/strata.ts';
import {ordinary, withoutRoot} from '../helpers/user.ts';

test.after.always(stopFixtures);

const program = 'echo $(cat /deep/note.txt) $(cat /soft) $(ls /etc/group 2>&1 | wc -l)';
const files = {
	Dockerfile: [
		'FROM busybox',
		'RUN echo from run >/ran && mkdir -p /deep/er && ln /ran /deep/er/hard && ln -s /ran /soft && rm /etc/group',
		'COPY --chown=7:8 note.txt /deep/',
		`CMD ["sh", "-c", "${program}"]`,
	].join('\n'),
	'note.txt': 'from context',
};
const says = 'from context from run 1\n';

const node24 = resolve('.fixtures/node-24/node_modules', `node-linux-${process.arch}`, 'bin/node');

/** What strata writes an image as: attributes of an output. */
const forms: Readonly<Record<string, {readonly attributes: string; readonly node?: string}>> = {
	gzip: {attributes: 'compression-level=9'},
	'docker types': {attributes: 'oci-mediatypes=false'},
	estargz: {attributes: 'compression=estargz,force-compression=true'},
	uncompressed: {attributes: 'compression=uncompressed,force-compression=true'},
	zstd: {attributes: 'compression=zstd,force-compression=true', node: node24},
};

/** One image of a form: in a layout, in docker's archive and in a registry. */
interface Written {
	readonly place: Place;
	/** In the registry. */
	readonly name: string;
	readonly docker: Awaited<ReturnType<typeof startDocker>>;
}

const run = ['run', '--rm', '--network', 'host'];
const podmanRun = ['podman', ...run, '--runtime', 'runc', '--tls-verify=false'];

/** What other tools, as Debian has them, make of it: what its program says, or what they say themselves. */
const judges: Readonly<Record<string, (written: Written) => Promise<string>>> = {
	'podman run oci:': ({place}) => told(place.run([...podmanRun, 'oci:out:app'])),
	'podman load': ({place}) => loadedByPodman(place, 'docker.tar'),
	'podman pull': ({place, name}) => told(place.run([...podmanRun, name])),
	async 'skopeo copy'({place}) {
		const copied = await told(
			place.run(['skopeo', 'copy', '-q', '--insecure-policy', 'oci:out:app', 'docker-archive:copy.tar:app:copy']),
		);
		return copied === '' ? loadedByPodman(place, 'copy.tar') : copied;
	},
	async 'skopeo inspect'({place, name}) {
		const inspected = await place.run([
			'skopeo',
			'inspect',
			'--tls-verify=false',
			'--format',
			'{{.Digest}}',
			`docker://${name}`,
		]);
		return inspected.stdout.trim() === rootOf(join(place.folder, 'out')).digest ? says : inspected.stderr;
	},
	async 'umoci unpack'({place}) {
		const unpacked = await place.run(['umoci', 'unpack', '--rootless', '--image', 'out:app', 'bundle']);
		if (unpacked.status !== 0) return unpacked.stderr;
		const at = (path: string) => join(place.folder, 'bundle/rootfs', path);
		const [note, hard] = ['deep/note.txt', 'deep/er/hard'].map(path => readFileSync(at(path), 'utf8').trim());
		return `${note} ${hard} ${existsSync(at('etc/group')) ? 0 : 1}\n`;
	},
	async 'buildah from'({place}) {
		const container = await place.run(['buildah', 'from', '--pull-never', 'oci:out:app']);
		const command = ['buildah', 'run', '--isolation', 'chroot', container.stdout.trim(), '--', 'sh', '-c', program];
		return container.status === 0 ? told(place.run(command)) : container.stderr;
	},
	async 'strata pull'({place, name}) {
		const root = ['--root', join(place.folder, 'other')];
		const pulled = await strata(place, [...root, 'pull', '-q', name]);
		return pulled.status === 0
			? told(strata(place, [...root, 'run', '--rm', '--network', 'host', name]))
			: pulled.stderr;
	},
	async 'docker load'({place, docker}) {
		const loaded = await docker(['load', '-i', join(place.folder, 'docker.tar')]);
		return loaded.status === 0 ? told(docker([...run, 'app:latest'])) : loaded.stderr;
	},
	'docker pull': ({docker, name}) => told(docker([...run, name])),
};

/** What these tools cannot read, and say so. */
const limits: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
	'docker types': {
		'podman run oci:': /no descriptor found/,
		'skopeo copy': /no descriptor found/,
		'umoci unpack': /not implemented: application\/vnd\.docker\.distribution\.manifest/,
		'buildah from': /no descriptor found/,
	},
	zstd: {
		'skopeo copy': /zstd compression is not supported for docker images/,
		'umoci unpack': /blob is not correct mediatype: application\/vnd\.oci\.image\.layer\.v1\.tar\+zstd/,
		'docker load': /invalid tar header/,
		'docker pull': /invalid tar header/,
	},
};

async function loadedByPodman(place: Place, archive: string): Promise<string> {
	const loaded = await place.run(['podman', 'load', '-q', '-i', archive]);
	const name = /Loaded image: (.*)$/m.exec(loaded.stdout)?.[1];
	return name === undefined ? loaded.stderr : told(place.run([...podmanRun, name]));
}

for (const [form, {attributes, node = ''}] of Object.entries(forms)) {
	const lacking = existsSync(node) || !node ? withoutRoot : 'there is no Node 24: scripts/test node24 fetches it';
	unless(lacking)(`what strata writes is read and run by all: ${form}`, async t => {
		const registry = await startRegistry();
		t.teardown(() => registry.stop());
		const name = `${registry.host}/app:form`;
		const place = makePlace(t, ordinary);
		const outputs = ['type=oci,tar=false,dest=out', 'type=docker,dest=docker.tar', `type=registry,name=${name}`];
		const flags = ['-t', 'app', ...outputs.flatMap(output => ['-o', `${output},${attributes}`])];
		const context = place.write(files, 'context');
		const ended = await build(place, context, {flags, ...(node && {node})});
		t.is(ended.status, 0, ended.stderr);
		t.deepEqual(faultsOf(join(place.folder, 'out')), []);

		const written = {place, name, docker: await startDocker(t)};
		for (const [judge, judgement] of Object.entries(judges)) {
			const limit = limits[form]?.[judge];
			const said = await judgement(written);
			if (limit) t.regex(said, limit, judge);
			else t.is(said, says, judge);
		}
	});
}

async function told(running: Promise<Ended>): Promise<string> {
	const {stdout, stderr} = await running;
	return stdout === '' ? stderr : stdout;
}

test('eStargz is read file by file, as the document says', async t => {
	const place = await built(t, ['-o', 'type=oci,tar=false,dest=out,compression=estargz,force-compression=true']);
	const layout = join(place.folder, 'out');
	const {layers} = manifestOf(layout);

	const read = layers.map(({digest, annotations = {}}) =>
		readStargz(readFileSync(blobPath(layout, digest)), annotations['containerd.io/snapshot/stargz/toc.digest']),
	);

	const contentOf = (name: string) =>
		read
			.flat()
			.find(entry => entry.name === name)
			?.read();
	t.deepEqual(['deep/er/hard', 'deep/note.txt'].map(contentOf), ['from run\n', 'from context']);
});

unless(withoutRoot)('what docker loads and saves is loaded, and built on', async t => {
	const place = await built(t, [
		...['-o', 'type=docker,dest=types.tar,oci-mediatypes=false,name=types'],
		...['-o', 'type=docker,dest=estargz.tar,compression=estargz,name=estargz'],
	]);
	const docker = await startDocker(t);

	for (const name of ['types', 'estargz']) {
		const loaded = await docker(['load', '-i', join(place.folder, `${name}.tar`)]);
		t.is(loaded.stdout, `Loaded image: ${name}:latest\n`, loaded.stderr);
	}
	const saved = join(place.folder, 'saved.tar');
	t.is((await docker(['save', '-o', saved, 'types', 'estargz'])).status, 0);
	chmodSync(saved, 0o644);
	await isBaseFor(t, place, {archive: saved, names: ['estargz:latest', 'types:latest']});
});

unless(withoutRoot)('docker pulls each platform of an index, and strata builds on what docker pushes', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	const at = (name: string) => `${registry.host}/app:${name}`;
	const place = await built(t, [...['-o', `type=registry,name=${at('alone')}`]]);
	const plain = place.write({Dockerfile: 'FROM scratch\nCOPY note.txt /\nCMD ["/none"]', 'note.txt': 'x'}, 'plain');
	const platforms = ['--platform', 'linux/amd64,linux/arm64', '--provenance', 'min'];
	const indexed = await build(place, plain, {flags: [...platforms, '-o', `type=registry,name=${at('index')}`]});
	t.is(indexed.status, 0, indexed.stderr);
	const docker = await startDocker(t);

	for (const architecture of ['amd64', 'arm64']) {
		const pulled = await docker(['pull', '-q', '--platform', `linux/${architecture}`, at('index')]);
		t.is(pulled.status, 0, pulled.stderr);
		const inspected = await docker(['image', 'inspect', '--format', '{{.Architecture}}', at('index')]);
		t.is(inspected.stdout, `${architecture}\n`);
	}
	t.is((await docker(['pull', '-q', at('alone')])).status, 0);
	t.is((await docker(['tag', at('alone'), at('back')])).status, 0);
	const pushed = await docker(['push', '-q', at('back')]);
	t.is(pushed.status, 0, pushed.stderr);
	const next = place.write({Dockerfile: `FROM ${at('back')}\nRUN cat /soft >/seen`}, 'next');
	const onIt = await build(place, next, {flags: ['-t', 'next']});

	t.is(onIt.status, 0, onIt.stderr);
});

test('what podman, skopeo and buildah write is loaded, and built on', async t => {
	const place = await built(t, ['-o', 'out', '--load']);
	const write = async (...command: readonly string[]) => {
		const ended = await place.run(command);
		t.is(ended.status, 0, `${command.join(' ')}: ${ended.stderr}`);
		return ended.stdout.trim();
	};
	const copy = ['skopeo', 'copy', '-q', '--insecure-policy', 'oci:out:app'];

	await write('podman', 'save', '-q', '-o', 'podman-docker.tar', 'app');
	await write('podman', 'save', '-q', '--format', 'oci-archive', '-o', 'podman-oci.tar', 'app');
	await write(...copy, 'docker-archive:skopeo-docker.tar:team/app:1');
	await write(...copy, 'oci-archive:skopeo-oci.tar:team/app:2');
	const container = await write('buildah', 'from', '--pull-never', 'oci:out:app');
	await write('buildah', 'commit', '-q', container, 'oci-archive:buildah-oci.tar:team/app:3');
	await write(
		'buildah',
		'commit',
		'-q',
		'--format',
		'docker',
		container,
		'docker-archive:buildah-docker.tar:team/app:4',
	);
	await write('xz', '-k', 'skopeo-oci.tar');

	const expected = {
		'podman-docker.tar': 'app:latest',
		'podman-oci.tar': 'app:latest',
		'skopeo-docker.tar': 'team/app:1',
		'skopeo-oci.tar': 'team/app:2',
		'skopeo-oci.tar.xz': 'team/app:2',
		'buildah-oci.tar': 'team/app:3',
		'buildah-docker.tar': 'team/app:4',
	};
	for (const [archive, name] of Object.entries(expected)) await isBaseFor(t, place, {archive, names: [name]});
});

/** Loads an archive into a store of its own, whose images are then the base of one that has a file of theirs. */
async function isBaseFor(
	t: ExecutionContext,
	place: Place,
	{archive, names}: {readonly archive: string; readonly names: readonly string[]},
): Promise<void> {
	const root = `${place.folder}/store-${archive.replaceAll(/\W/g, '-').slice(-20)}`;
	const loaded = await strata(place, ['--root', root, 'load', '-i', archive]);
	t.deepEqual(loaded.stdout.trim().split('\n').sort(), names.toSorted(), `${archive}: ${loaded.stderr}`);
	const [base] = names;
	const context = place.write({Dockerfile: `FROM ${base}\nCOPY --from=${base} /deep/er/hard /copied`}, 'next');
	const next = await strata(place, ['--root', root, 'build', '-q', '-o', 'type=local,dest=files,mode=delete', context]);
	t.is(next.status, 0, `${archive}: ${next.stderr}`);
	const read = (path: string) => readFileSync(join(place.folder, 'files', path), 'utf8');
	t.deepEqual([read('copied'), read('deep/note.txt')], ['from run\n', 'from context'], archive);
	t.false(existsSync(join(place.folder, 'files/etc/group')), archive);
}

async function built(t: ExecutionContext, flags: readonly string[] = []): Promise<Place> {
	const place = makePlace(t, ordinary);
	const ended = await build(place, place.write(files, 'context'), {flags: ['-t', 'app', ...flags]});
	t.is(ended.status, 0, ended.stderr);
	return place;
}

function blobPath(layout: string, digest: string): string {
	return join(layout, 'blobs', ...digest.split(':'));
}

function readJson<T>(path: string): T {
	return JSON.parse(readFileSync(path, 'utf8')) as T;
}

function rootOf(layout: string): Descriptor {
	const [entry] = readJson<Index>(join(layout, 'index.json')).manifests;
	if (!entry) throw new Error(`${layout} has no image`);
	return entry;
}

function manifestOf(layout: string): Manifest {
	return readJson<Manifest>(blobPath(layout, rootOf(layout).digest));
}

/** What the schemas have against the documents of a layout, and what its blobs are that their digests do not say. */
function faultsOf(layout: string): readonly string[] {
	const names = readdirSync(join(layout, 'blobs/sha256'));
	const digests = names.filter(name => digestOf(readFileSync(blobPath(layout, `sha256:${name}`))) !== `sha256:${name}`);
	const manifest = manifestOf(layout);
	const missing = [manifest.config, ...manifest.layers].filter(({digest, size}: Descriptor) => {
		return readFileSync(blobPath(layout, digest)).length !== size;
	});
	const documents: readonly (readonly [SchemaKind, unknown])[] = [
		['image-index', readJson(join(layout, 'index.json'))],
		['image-layout', readJson(join(layout, 'oci-layout'))],
		['image-manifest', manifest],
		['config', readJson(blobPath(layout, manifest.config.digest))],
	];
	const invalid = hasCorpus
		? documents.flatMap(([kind, document]) => validateAgainst(kind, document).map(fault => `${kind} ${fault}`))
		: [];
	return [...digests, ...missing.map(({digest}) => digest), ...invalid];
}
