import {execFile} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import type {Layer} from '../oci/image.ts';
import {collectChanges, scanTree, type TreeScan} from './changes.ts';
import {contentOf, draftFolder, keepFolder} from './folders.ts';
import {chainsOf, placesOf, remember} from './places.ts';
import type {ActivateOptions, ActiveSnapshot, ChangedFiles, Snapshot, Snapshotter} from './snapshot.ts';
import type {Unpacking} from './unpack.ts';

const run = promisify(execFile);

/**
 * Root filesystems as whole copies, for machines where overlay cannot be mounted; data is shared where the filesystem
 * can (reflink). A snapshot is one folder. What a program changed is found by comparing inodes and change times.
 */
export function copySnapshotter(unpacking: Unpacking): Snapshotter {
	const {store} = unpacking;
	return {
		kind: 'copy',
		prepare: layers => prepare(layers, unpacking),
		activate: (parent, options) => activate(store.root, parent, options),
		folderOf: ({folders}) => folders.at(-1) && contentOf(store.root, folders.at(-1) ?? ''),
		remember: (chain, {folders}) => remember(chain, folders.at(-1), placesOf(store, 'copy')),
	};
}

/** Starts from the longest part of the stack that is there and keeps only the whole. */
async function prepare(layers: readonly Layer[], {store, scratch, apply}: Unpacking): Promise<Snapshot> {
	const places = placesOf(store, 'copy');
	const chains = chainsOf(layers);
	const whole = chains.at(-1);
	if (whole === undefined) return {folders: []};
	await using _ = await store.lock(`snapshot copy ${whole}`);
	const known = chains.findLastIndex(chain => places.get(chain) !== undefined);
	const start = chains[known] && places.get(chains[known]);
	if (start && known === chains.length - 1) return {folders: [start]};
	const draft = draftFolder(scratch);
	if (start) await copyTree(contentOf(store.root, start), join(draft, 'fs'));
	for (const layer of layers.slice(known + 1)) await apply(layer, join(draft, 'fs'), 'remove');
	const name = keepFolder(store.root, draft);
	places.put(whole, name);
	return {folders: [name]};
}

async function activate(root: string, parent: Snapshot, {folder}: ActivateOptions): Promise<ActiveSnapshot> {
	mkdirSync(folder, {recursive: true});
	const draft = draftFolder(folder);
	const rootfs = join(draft, 'fs');
	const below = parent.folders.at(-1);
	if (below) await copyTree(contentOf(root, below), rootfs);
	const before = scanTree(rootfs);
	return {
		rootfs,
		commit: async () => {
			const changed = changedFiles(rootfs, before, `${folder}-changes`);
			return {...changed, snapshot: {folders: [keepFolder(root, draft)]}};
		},
		changes: () => changedFiles(rootfs, before, `${folder}-changes-${randomBytes(4).toString('hex')}`),
		[Symbol.asyncDispose]: async () => rmSync(folder, {recursive: true, force: true}),
	};
}

/** What differs from `before`, collected in the new folder `changes`. */
function changedFiles(rootfs: string, before: TreeScan, changes: string): ChangedFiles {
	collectChanges(rootfs, before, changes);
	return {changes, [Symbol.dispose]: () => rmSync(changes, {recursive: true, force: true})};
}

/** Everything of a folder into another that is there: owners, times, attributes, hard links. */
async function copyTree(from: string, to: string): Promise<void> {
	await run('cp', ['-a', '--reflink=auto', `${from}/.`, to]);
}
