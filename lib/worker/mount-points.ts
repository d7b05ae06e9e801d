import {lstatSync, mkdirSync, rmdirSync, statSync, unlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {setTimes} from '../linux/times.ts';
import type {JobMount, RunJob} from '../runtime/job.ts';
import type {Restored, Stub} from '../snapshot/snapshot.ts';
import {missingOnTheWay, resolveInRoot, statInside} from './in-root.ts';

/** What a runtime mounts over in every container. */
export const usualPoints: readonly Stub[] = [
	...['proc', 'sys', 'dev'].map(path => ({path, type: 'directory' as const})),
	...['etc/hosts', 'etc/resolv.conf'].map(path => ({path, type: 'file' as const})),
];

/** All that a runtime mounts over, by the names that the job has for it. What lies below /dev is made in a filesystem of its own. */
export function mountPoints(job: RunJob): readonly Stub[] {
	const mounts = job.mounts.map(mount => ({path: mount.target.slice(1), type: typeOf(mount)}));
	const given = job.files.map(({path}) => ({path: path.slice(1), type: 'file' as const}));
	return [...usualPoints, ...mounts, ...given].filter(({path}) => !/^(dev|proc|sys)\//.test(path));
}

/** Whether a mount shows a folder or something else; of a link it shows what that leads to. */
export function typeOf(mount: JobMount): Stub['type'] {
	return mount.type === 'tmpfs' || statSync(mount.source).isDirectory() ? 'directory' : 'file';
}

/** A mount point that we made in a root filesystem, and directories that only hold it. */
interface Made {
	readonly path: string;
	readonly type: Stub['type'];
}

/** Mount points made before a program runs, to be removed after it. */
export interface MadePoints {
	/** The paths of what was made. */
	readonly paths: readonly string[];
	/** Removes what still is as it was made, and gives parents their times back. */
	remove(): readonly Restored[];
}

/**
 * Makes the mount points that are still missing in a folder: where a link leads elsewhere, or a layer hides the stubs
 * of the snapshotter. The runtime would do so too, but could not tell us which (SURFACE RUN-8, W-26).
 */
export function makeMountPoints(rootfs: string, points: readonly Stub[]): MadePoints {
	const made: Made[] = [];
	const parents = new Map<string, Restored>();
	for (const {path, type} of points) {
		const resolved = resolveInRoot(rootfs, path);
		for (const missing of missingOnTheWay(rootfs, resolved)) {
			const entry = {path: missing, type: missing === resolved ? type : 'directory'} as const;
			makeOne(rootfs, entry, parents);
			made.push(entry);
		}
	}
	return {paths: made.map(({path}) => path), remove: () => removeMade(rootfs, made.toReversed(), parents)};
}

function makeOne(rootfs: string, {path, type}: Made, parents: Map<string, Restored>): void {
	const parent = parentOf(path);
	const before = lstatSync(join(rootfs, parent), {bigint: true});
	if (type === 'directory') mkdirSync(join(rootfs, path), {mode: 0o755});
	else writeFileSync(join(rootfs, path), '', {mode: 0o644, flag: 'wx'});
	setTimes(join(rootfs, parent), before);
	if (!parents.has(parent)) {
		const {mode, uid, gid, mtimeNs} = before;
		parents.set(parent, {path: parent, mode, uid, gid, mtimeNs});
	}
}

/** Removes the deepest first. A directory that got other children stays: now it is the program's. */
function removeMade(
	rootfs: string,
	made: readonly Made[],
	parents: ReadonlyMap<string, Restored>,
): readonly Restored[] {
	for (const {path, type} of made) {
		if (resolveInRoot(rootfs, path) !== path) continue;
		const parent = join(rootfs, parentOf(path));
		const before = lstatSync(parent, {bigint: true, throwIfNoEntry: false});
		if (before && removeStub(rootfs, path, type)) setTimes(parent, before);
	}
	return [...parents.values()].toSorted((one, other) => other.path.length - one.path.length);
}

function removeStub(rootfs: string, path: string, type: Stub['type']): boolean {
	const stat = statInside(rootfs, path);
	try {
		if (type === 'directory' && stat?.isDirectory()) rmdirSync(join(rootfs, path));
		else if (type === 'file' && stat?.isFile() && stat.size === 0) unlinkSync(join(rootfs, path));
		else return false;
		return true;
	} catch {
		return false;
	}
}

function parentOf(path: string): string {
	const parent = dirname(path);
	return parent === '.' ? '' : parent;
}
