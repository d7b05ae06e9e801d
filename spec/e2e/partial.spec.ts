import {createHash, randomBytes} from 'node:crypto';
import {join} from 'node:path';
import test from 'ava';
import {makePlace} from '../helpers/place.ts';
import {testWith} from '../helpers/programs.ts';
import {lyingProxy} from '../helpers/proxy.ts';
import {startRegistry} from '../helpers/registry.ts';
import {build, stopFixtures} from '../helpers/strata.ts';
import {ordinary} from '../helpers/user.ts';

test.after.always(stopFixtures);

const size = 100_000;
const count = 8;

/** https://github.com/containers/storage/blob/main/docs/containers-storage.conf.5.md */
function storageConf(folder: string): string {
	return `[storage]
driver = "overlay"
runroot = "${folder}/run/storage"
graphroot = "${folder}/storage"
[storage.options]
pull_options = {enable_partial_images = "true", use_hard_links = "false", ostree_repos = ""}
`;
}

testWith(['podman', 'docker-registry'])(
	'podman fetches of an eStargz layer only the files that it does not have',
	async t => {
		const registry = await startRegistry();
		t.teardown(() => registry.stop());
		let asked: string[] = [];
		const host = await lyingProxy(t, registry.host, ({method, url, headers}) => {
			if (method === 'GET' && url?.includes('/blobs/')) asked.push(headers.range ?? 'all');
			return false;
		});
		const place = makePlace(t, ordinary);
		const data = Object.fromEntries(Array.from({length: count}, (_, index) => [`data/${index}`, noise()]));
		const env = {
			CONTAINERS_STORAGE_CONF: join(place.write({'storage.conf': storageConf(place.folder)}, 'conf'), 'storage.conf'),
		};
		const pulled = async (tag: string, files: Readonly<Record<string, string>>) => {
			const name = `${host}/partial:${tag}`;
			const context = place.write({Dockerfile: 'FROM busybox\nCOPY data /data/\n', ...files}, 'context');
			const flags = ['-t', name, '--push', '--compression-format', 'estargz', '--force-compression'];
			const built = await build(place, context, {flags});
			t.is(built.status, 0, built.stderr);
			asked = [];
			const pull = await place.run(['podman', 'pull', '-q', '--tls-verify=false', name], {env});
			t.is(pull.status, 0, pull.stderr);
			const command = ['sh', '-c', 'cd /data && sha256sum *'];
			const run = await place.run(
				['podman', 'run', '--rm', '--network', 'host', '--runtime', 'runc', name, ...command],
				{env},
			);
			t.is(run.stdout, sums(files), run.stderr);
			return asked;
		};

		const first = await pulled('1', data);
		const second = await pulled('2', {...data, 'data/3': noise()});

		t.is(first.filter(range => range === 'all').length, 1, 'the config alone is fetched whole');
		t.true(bytesOf(first) > count * size);
		t.is(second.filter(range => range === 'all').length, 1);
		t.true(bytesOf(second) > size / 2 && bytesOf(second) < 2 * size, second.join('; '));
	},
);

function noise(): string {
	return randomBytes(size / 2).toString('hex');
}

/** As sha256sum prints them. */
function sums(files: Readonly<Record<string, string>>): string {
	const lines = Object.entries(files).map(
		([path, text]) => `${createHash('sha256').update(text).digest('hex')}  ${path.slice('data/'.length)}\n`,
	);
	return lines.join('');
}

/** What Range headers ask for, in bytes. https://www.rfc-editor.org/rfc/rfc9110#name-range */
function bytesOf(ranges: readonly string[]): number {
	const spans = ranges.flatMap(range => [...range.matchAll(/(\d+)-(\d+)/g)]);
	return spans.reduce((sum, [, from, to]) => sum + Number(to) - Number(from) + 1, 0);
}
