import {mkdirSync, renameSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {withDigests} from '../../lib/context/digests.ts';
import {openContext} from '../../lib/context/open.ts';
import {statCache} from '../../lib/context/stat-cache.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import type {Entry} from '../../lib/tree/entry.ts';
import {folderFor} from '../helpers/folder.ts';

/** A context with one file in a folder, and a folder outside that has one of the same name. */
async function place(t: ExecutionContext) {
	const top = await folderFor(t);
	for (const path of ['context/d', 'outside']) mkdirSync(join(top, path), {recursive: true});
	writeFileSync(join(top, 'context/d/f'), 'mine');
	writeFileSync(join(top, 'outside/f'), 'hush');
	return {top, folder: join(top, 'context'), cache: statCache(join(top, 'cache'))};
}

test('a folder that is swapped for a link after it was listed shows nothing from outside of the context', async t => {
	const {folder, cache} = await place(t);
	const context = openContext(folder);
	const entries = [context.stat('d/f') as Entry];
	renameSync(join(folder, 'd'), join(folder, 'e'));
	symlinkSync('../outside', join(folder, 'd'));

	const error = await t.throwsAsync(() => withDigests({sources: [{kind: 'file', entries}]} as never, context, {cache}));

	t.is(error?.message, `cannot read ${join(folder, 'd/f')}: ELOOP`);
});

test('a context may be named by a link', async t => {
	const {top, cache} = await place(t);
	symlinkSync('context', join(top, 'l'));
	const context = openContext(join(top, 'l'));
	const entries = [context.stat('d/f') as Entry];

	const {sources} = await withDigests({sources: [{kind: 'file', entries}]} as never, context, {cache});

	t.is(sources[0]?.entries[0]?.digest, digestOf('mine'));
});
