import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {StoreError} from '../errors.ts';
import {blobStore} from '../store/blobs.ts';
import {lockStoreExclusively} from '../store/guard.ts';
import {indexedImages} from '../store/images.ts';
import {openStore} from '../store/open.ts';
import {fileRecords} from '../store/records.ts';
import {defaultRoot} from '../store/root.ts';
import type {Store} from '../store/store.ts';
import type {CatalogOptions} from './catalog.ts';

/** Opens the store that was asked for, for as long as `use` needs it. */
export async function withStore<T>(options: CatalogOptions, use: (store: Store) => T | Promise<T>): Promise<T> {
	await using store = await openStore(rootOf(options));
	return await use(store);
}

/** Like `withStore`, but waits until nobody else has the store open, and keeps all others out meanwhile. */
export async function withStoreAlone<T>(
	options: CatalogOptions,
	holder: string,
	use: (store: Store) => T | Promise<T>,
): Promise<T> {
	const {root} = await withStore(options, store => store);
	await using guard = await lockStoreExclusively(root, {holder});
	return await use(lonelyStore(root, guard));
}

/** Whether a process has the store open. Who opens it while we ask waits for some milliseconds at most. */
export async function isInUse(root: string): Promise<boolean> {
	try {
		await using _ = await lockStoreExclusively(root, {holder: 'strata logs', patience: 0});
		return false;
	} catch (error) {
		if (error instanceof StoreError && error.code === 'STORE_IN_USE') return true;
		throw error;
	}
}

export function rootOf({root}: CatalogOptions): string {
	return root ?? defaultRoot();
}

/** Nobody is there to be locked out. */
function lonelyStore(root: string, guard: AsyncDisposable): Store {
	const temporary = () => join(root, 'tmp', `${process.pid}-${randomBytes(8).toString('hex')}`);
	const held = {[Symbol.asyncDispose]: async () => {}};
	const lock = async () => held;
	return {
		root,
		temporary,
		lock,
		tryLock: () => held,
		blobs: blobStore(root, temporary),
		images: indexedImages({root, temporary, lock}),
		records: kind => fileRecords(join(root, kind), {root, temporary}),
		[Symbol.asyncDispose]: () => guard[Symbol.asyncDispose](),
	};
}
