import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {folderFor} from '../helpers/folder.ts';
import {strata} from './command.ts';

/** A folder with a Dockerfile for any platform, and a store beside it. */
async function place(t: ExecutionContext) {
	const folder = await folderFor(t);
	writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nARG TARGETARCH\nCOPY Dockerfile /$TARGETARCH\n');
	return (...args: readonly string[]) => strata(args, {cwd: folder, env: {STRATA_ROOT: join(folder, 'store')}});
}

test('build -q prints the digest of the index, by which all commands know it', async t => {
	const run = await place(t);

	const built = await run('build', '-q', '-t', 'app', '--platform', 'linux/amd64,linux/arm64', '.');

	t.is(built.status, 0, built.stderr);
	const digest = built.stdout.trim();
	t.is((await run('images', '-q', '--no-trunc')).stdout.trim(), digest);
	t.regex((await run('images')).stdout, /^app +latest +\w{12} +2 platforms /m);
	const inspected = await run('inspect', '--platform', 'linux/arm64', digest);
	t.regex(inspected.stdout, /^app:latest {2}.*, 1 layer, linux\/arm64, /);
	t.regex(inspected.stdout, new RegExp(`^index +${digest}\n +linux/amd64, linux/arm64$`, 'm'));
	t.regex((await run('history', '--platform', 'linux/arm64', 'app')).stdout, /COPY Dockerfile \/\$TARGETARCH/);
	t.is((await run('rmi', digest.slice(7, 19))).stdout, 'removed app:latest\n');
});

test('images that were built one by one become an index, which is shown as it is', async t => {
	const run = await place(t);
	await run('build', '-q', '-t', 'app:arm64', '--platform', 'linux/arm64', '.');
	await run('build', '-q', '-t', 'app:amd64', '--platform', 'linux/amd64', '.');

	const created = await run('manifest', 'create', 'app', 'app:amd64');
	const added = await run('manifest', 'add', '--variant', 'v8', '--annotation', 'a=b=c', 'app', 'app:arm64');
	const shown = await run('manifest', 'inspect', 'app');

	t.regex(created.stdout, /^sha256:[\da-f]{64}\n$/);
	t.is(added.status, 0, added.stderr);
	const {manifests} = JSON.parse(shown.stdout);
	t.like(manifests[0], {platform: {os: 'linux', architecture: 'amd64'}});
	t.like(manifests[1], {platform: {os: 'linux', architecture: 'arm64', variant: 'v8'}, annotations: {a: 'b=c'}});
	t.is((await run('manifest', 'remove', 'app', 'linux/arm64/v8')).status, 0);
	t.is((await run('manifest', 'annotate', '--os-features', 'x,y', 'app', 'linux/amd64')).status, 0);
	t.deepEqual(JSON.parse((await run('manifest', 'inspect', 'app')).stdout).manifests[0].platform['os.features'], [
		'x',
		'y',
	]);
	t.is((await run('manifest', 'rm', 'app')).status, 0);
	t.is((await run('images', '-q')).stdout.trim().split('\n').length, 2);
});

test('what manifest cannot do is refused with what it can', async t => {
	const run = await place(t);

	t.deepEqual(await run('manifest', 'creat', 'app'), {
		status: 2,
		stdout: '',
		stderr: 'error: manifest cannot creat\nhelp: did you mean create?\nhelp: all flags: strata manifest --help\n',
	});
	t.regex((await run('manifest', 'push', 'app')).stderr, /\nhelp: an index is .*: strata push INDEX \[NAME\]\n/);
	t.regex((await run('manifest')).stderr, /^error: what to do is missing\n/);
	t.regex((await run('manifest', 'create')).stderr, /^error: INDEX is missing\n/);
	t.regex((await run('manifest', 'create', '--annotation', 'x', 'app')).stderr, /^error: --annotation cannot be x\n/);
	t.regex((await run('manifest', 'inspect', 'none')).stderr, /^error: no image none in the store\n/);
});
