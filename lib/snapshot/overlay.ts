import {existsSync, lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {getXattr} from '../linux/xattr.ts';
import {contentOf, draftFolder, keepFolder} from './folders.ts';
import {checkDepth, mountOverlay, unmountAtRest} from './overlay-mount.ts';
import {placesOf, remember} from './places.ts';
import type {ActivateOptions, ActiveSnapshot, Frozen, Restored, Snapshot, Snapshotter, Stub} from './snapshot.ts';
import {type Unpacking, unpackStack} from './unpack.ts';

/**
 * Root filesystems as one overlay mount each: every layer is unpacked once, into a folder of its own, and what a
 * program changes is exactly its upper folder. Needs overlayfs with `userxattr` (Linux 5.11).
 */
export function overlaySnapshotter(unpacking: Unpacking): Snapshotter {
	const {store} = unpacking;
	return {
		kind: 'overlay',
		prepare: async layers => {
			checkDepth(layers.length);
			return {folders: await unpackStack(layers, unpacking)};
		},
		activate: async (parent, options) => activate(store.root, parent, options),
		folderOf: () => undefined,
		remember: (chain, {folders}) => remember(chain, folders.at(-1), placesOf(store, 'overlay')),
	};
}

async function activate(root: string, parent: Snapshot, {folder, stubs}: ActivateOptions): Promise<ActiveSnapshot> {
	checkDepth(parent.folders.length);
	const [rootfs, work, bottom] = ['rootfs', 'work', 'stubs'].map(name => join(folder, name)) as [
		string,
		string,
		string,
	];
	for (const path of [rootfs, work, bottom]) mkdirSync(path, {recursive: true});
	const draft = draftFolder(folder);
	makeStubs(bottom, stubs);
	const lower = [...parent.folders.map(name => contentOf(root, name)).reverse(), bottom];
	mountOverlay(rootfs, join(folder, 'links'), {lower, upper: join(draft, 'fs'), work});
	let mounted = true;
	const release = async () => {
		if (mounted) await unmountAtRest(rootfs);
		mounted = false;
	};
	return {
		rootfs,
		commit: async restored => {
			await release();
			return freeze(root, parent, {draft, restored: restored ?? []});
		},
		changes: () => ({changes: join(draft, 'fs'), [Symbol.dispose]: () => {}}),
		[Symbol.asyncDispose]: async () => {
			await release();
			rmSync(folder, {recursive: true, force: true});
		},
	};
}

/** They look as if they were always there: their time is that of no build. */
function makeStubs(bottom: string, stubs: readonly Stub[]): void {
	for (const {path, type} of stubs) {
		const at = join(bottom, path);
		mkdirSync(type === 'directory' ? at : dirname(at), {recursive: true});
		if (type === 'file' && !existsSync(at)) writeFileSync(at, '');
	}
	for (const path of readdirSync(bottom, {recursive: true, encoding: 'utf8'})) utimesSync(join(bottom, path), 0, 0);
}

function freeze(
	root: string,
	parent: Snapshot,
	{draft, restored}: {draft: string; restored: readonly Restored[]},
): Frozen {
	for (const directory of restored) if (directory.path !== '') dropCopyUp(join(draft, 'fs', directory.path), directory);
	const name = keepFolder(root, draft);
	// What it adds is the snapshot's own folder: it stays.
	return {snapshot: {folders: [...parent.folders, name]}, changes: contentOf(root, name), [Symbol.dispose]: () => {}};
}

/** Removes the copy of a directory of the parent that nothing is in and that says nothing new. */
function dropCopyUp(path: string, was: Restored): void {
	const now = lstatSync(path, {bigint: true, throwIfNoEntry: false});
	if (!now?.isDirectory() || readdirSync(path).length > 0 || getXattr(path, 'user.overlay.opaque')) return;
	const same = now.mode === was.mode && now.uid === was.uid && now.gid === was.gid && now.mtimeNs === was.mtimeNs;
	if (same) rmdirSync(path);
}
