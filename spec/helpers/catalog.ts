import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {openStore} from '../../lib/store/open.ts';
import type {Store} from '../../lib/store/store.ts';
import {folderFor} from './folder.ts';

/** The root of a store that `fill` put things into, closed by now. */
export async function filledStore(t: ExecutionContext, fill: (store: Store) => Promise<void> | void): Promise<string> {
	const root = join(await folderFor(t), 'store');
	await using store = await openStore(root);
	await fill(store);
	return root;
}
