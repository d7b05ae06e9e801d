import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {busyboxFolder, withoutRun, workshop} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {unless} from '../helpers/skip.ts';

/** A context with links that lead to a folder outside of it. */
async function context(t: ExecutionContext): Promise<string> {
	const top = await folderFor(t);
	const folder = join(top, 'context');
	for (const path of ['context/sub', 'outside']) mkdirSync(join(top, path), {recursive: true});
	for (const name of ['key', 'a.tar']) writeFileSync(join(top, 'outside', name), 'hush');
	symlinkSync(join(top, 'outside/key'), join(folder, 'key'));
	symlinkSync('../../outside/key', join(folder, 'sub/key'));
	symlinkSync('../outside', join(folder, 'd'));
	symlinkSync('/proc/self/environ', join(folder, 'environ'));
	symlinkSync('../outside/a.tar', join(folder, 'a.tar'));
	return folder;
}

const missing = [
	'COPY key /',
	'COPY sub/key /x',
	'COPY d /d',
	'COPY d/key /x',
	'COPY d/. /x',
	'COPY sub/../../outside/key /x',
	'COPY environ /x',
	'COPY --parents d/key /x/',
	'ADD a.tar /x/',
	'RUN --mount=type=bind,source=d,target=/m cat /m/key',
	'RUN --mount=type=bind,source=key,target=/m cat /m',
];

for (const line of missing) {
	unless(line.startsWith('RUN') ? withoutRun : undefined)(
		`${line}: links of a context are followed inside it only (CPY-9, CPY-13, CVE-2024-1753)`,
		async t => {
			const shop = await workshop(t);

			const {error} = await shop.tell({
				context: await context(t),
				contexts: {busybox: busyboxFolder()},
				lines: ['FROM busybox', line],
			});

			t.regex(error?.message ?? 'it builds', /is not in the build context|there is no .* to mount|no such/);
		},
	);
}

test('a link that is copied as one of many stays a link, and says where it leads (CPY-9)', async t => {
	const shop = await workshop(t);

	const {trees} = await shop.build({context: await context(t), lines: ['FROM scratch', 'COPY . /c']});

	t.regex(JSON.stringify(trees[0]), /"c\/environ":"→ \/proc\/self\/environ"/);
	t.regex(JSON.stringify(trees[0]), /"c\/d":"→ \.\.\/outside"/);
});
