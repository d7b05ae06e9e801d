import {existsSync, readdirSync, rmdirSync, rmSync} from 'node:fs';
import {join, sep} from 'node:path';
import {StoreError} from '../errors.ts';
import {type ContainerRecord, containersKind, standingOf} from '../store/containers.ts';
import type {Store} from '../store/store.ts';
import {removeFolders} from '../worker/start.ts';
import type {PruneOptions, PruneReport} from './catalog.ts';
import {withStore, withStoreAlone} from './open.ts';
import {collected, survey} from './survey.ts';
import {chooseSweep, type Sweep} from './sweep.ts';

/**
 * Frees what no image needs: step records and their layers, bases, snapshots, logs, and whatever dead processes left.
 * Waits until nobody has the store open. A kill at any moment leaves a store that the next build uses: what names
 * others goes before what it names.
 */
export function prune(options: PruneOptions = {}): Promise<PruneReport> {
	if (options.dryRun) {
		return withStore(
			options,
			async store => chooseSweep(await survey(store, {alone: false}), options, Date.now()).report,
		);
	}
	const pruned = withStoreAlone(options, 'strata prune', async store => {
		const sweep = chooseSweep(await survey(store, {alone: true}), options, Date.now());
		await carryOut(sweep, store);
		return sweep.report;
	});
	return pruned.catch(async error => {
		throw error instanceof StoreError && error.code === 'STORE_IN_USE' ? await usedBy(error, options) : error;
	});
}

/** The error that the store is in use, with the containers that run, if it is those. */
function usedBy(error: StoreError, options: PruneOptions): Promise<StoreError> {
	return withStore(options, async store => {
		const ids = store.records<ContainerRecord>(containersKind).keys();
		const standings = await Promise.all(ids.map(id => standingOf(id, store)));
		const names = standings.flatMap(({state, record}) => (state === 'running' && record ? [record.name] : []));
		if (names.length === 0) return error;
		return new StoreError(error.code, error.message, {
			notes: [...error.notes, ...names.map(name => `the container ${name} runs`)],
			help: [`end ${names.length > 1 ? 'them' : 'it'}: strata stop ${names.join(' ')}`],
			cause: error,
		});
	});
}

async function carryOut({holders, files, folders}: Sweep, {root}: Store): Promise<void> {
	for (const {untag} of holders) await untag?.();
	for (const file of inOrder(files, root)) rmSync(file, {force: true});
	removeEmptyFolders(join(root, 'steps'));
	removeDeadLocks(join(root, 'locks'));
	await removeFolders(folders.map(({path}) => path));
}

function inOrder(files: ReadonlySet<string>, root: string): readonly string[] {
	return collected.flatMap(kind => [...files].filter(file => file.startsWith(join(root, kind) + sep)));
}

/** Records with a slash in their key leave the folder that it made. */
function removeEmptyFolders(folder: string): void {
	for (const name of existsSync(folder) ? readdirSync(folder) : []) {
		try {
			rmdirSync(join(folder, name));
		} catch {
			// it is not empty, or a file
		}
	}
}

/** We are alone: whoever had these is dead. */
function removeDeadLocks(folder: string): void {
	for (const name of readdirSync(folder)) rmSync(join(folder, name));
}
