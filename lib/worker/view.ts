import {dirname, join} from 'node:path';
import {StepError} from '../errors.ts';
import type {RunJob} from '../runtime/job.ts';
import type {Stub} from '../snapshot/snapshot.ts';
import {followLinks, missingOnTheWay, statInside} from './in-root.ts';
import {typeOf} from './mount-points.ts';

/** Where a mount of a job, or a file of ours, will lie: with no link on the way, and below the mounts that are made before. */
export interface Placed extends Stub {
	/** The folder that `path` counts from: the root filesystem, or what the mount shows that covers it. */
	readonly within: string;
}

/**
 * Refuses an image, or a job, that would make the runtime mount, or begin, where its container does not end: escapes of runtimes come by
 * links that lead to /proc, where a path can mean anything (CVE-2024-21626, CVE-2025-31133, CVE-2025-52565, CVE-2025-52881). Looks at the
 * root filesystem at rest, so nobody can exchange what was looked at; only in a cache that several steps share is that left to the runtime.
 * Answers with where the job mounts something; what will lie in memory is not among it. In the sources that are its `own`, what is missing
 * can be made, also if they are read-only for the program.
 */
export function checkView(rootfs: string, job: RunJob, own: ReadonlySet<string> = new Set()): readonly Placed[] {
	for (const name of kernelFolders) checkFolder(rootfs, name);
	for (const path of ['/etc/hosts', '/etc/resolv.conf']) checkFile(rootfs, path);
	const {covered, placed} = viewOf(rootfs, job, own);
	if (follow(job.cwd, {rootfs, covered}) === undefined) {
		throw new StepError(
			'WORKDIR_UNSOUND',
			`RUN cannot begin in ${job.cwd}: it leads to open files, none of the image`,
			{
				help: ['another WORKDIR above it'],
			},
		);
	}
	return placed;
}

/** What the kernel, and no file of the image, is mounted on. */
const kernelFolders = ['proc', 'sys', 'dev'];

/** Links of the kernel, whose target is no path: below /proc, and in /dev those that lead there. */
const magic = /^(proc\/.|dev\/(core|fd|stderr|stdin|stdout)(\/|$))/;

/** Where nothing may be mounted, as masks and devices are made with their help. In /dev, /dev/shm and all other names are free. */
const reserved = /^((proc|sys)(\/|$)|dev$|dev\/(console|full|mqueue|null|ptmx|pts|random|tty|urandom|zero)(\/|$))/;

const mendImage = ['put it right in a COPY above, or take another base'];
const otherTarget = ['another target='];

function checkFolder(rootfs: string, name: string): void {
	const stat = statInside(rootfs, name);
	if (!stat || stat.isDirectory()) return;
	const kind = stat.isSymbolicLink() ? 'a link' : 'no directory';
	throw new StepError('ROOT_UNSOUND', `/${name} is ${kind} in the image: RUN needs a directory there`, {
		help: mendImage,
	});
}

/** A file of ours is shown there. It may be a link, but within the image. */
function checkFile(rootfs: string, path: string): void {
	const resolved = follow(path, {rootfs, covered: []});
	if (resolved === undefined || !isFree(resolved)) {
		throw new StepError('ROOT_UNSOUND', `${path} leads out of the files of the image: RUN needs a file there`, {
			help: mendImage,
		});
	}
	if (!statInside(rootfs, resolved)?.isDirectory()) return;
	throw new StepError('ROOT_UNSOUND', `${path} is a directory in the image: RUN needs a file there`, {help: mendImage});
}

/** What the program will find where, with the mounts of its job made one after another. Throws if one of them must not be made. */
function viewOf(
	rootfs: string,
	{mounts, files}: RunJob,
	own: ReadonlySet<string>,
): {covered: readonly Covered[]; placed: readonly Placed[]} {
	const covered: Covered[] = [];
	const placed: Placed[] = [];
	const fixed = new Set<string>();
	const depth = ({target}: {readonly target: string}) => target.split('/').length;
	const ours = files.map(({path}) => ({target: path, type: 'file' as const}));
	const targets = [...mounts.map(mount => ({...mount, type: typeOf(mount), source: sourceOf(mount)})), ...ours];
	for (const mount of targets.toSorted((one, other) => depth(one) - depth(other))) {
		const at = follow(mount.target, {rootfs, covered});
		if (at === undefined || !isFree(at)) {
			throw new StepError('TARGET_UNSOUND', `RUN: nothing can be mounted at ${mount.target}, which is the kernel's`, {
				help: otherTarget,
			});
		}
		const cover = coverOf(at, {rootfs, covered});
		if (cover) placed.push(checkPlace({...cover, type: mount.type}, mount.target, fixed));
		const source = 'source' in mount ? mount.source : undefined;
		if (source !== undefined && 'readOnly' in mount && mount.readOnly && !own.has(source)) fixed.add(source);
		covered.unshift({at, source});
	}
	return {covered, placed};
}

function sourceOf(mount: RunJob['mounts'][number]): string | undefined {
	return mount.type === 'bind' ? mount.source : undefined;
}

/** A folder is mounted on a folder, and anything else on a file; whatever is missing is made, but not below a file, nor in a `fixed` source. */
function checkPlace(placed: Placed, target: string, fixed: ReadonlySet<string>): Placed {
	const {within, path, type} = placed;
	const [missing] = missingOnTheWay(within, path);
	const there = statInside(within, missing === undefined ? path : dirname(missing));
	if (missing !== undefined && fixed.has(within)) {
		throw new StepError(
			'TARGET_MISSING',
			`RUN: nothing can be mounted at ${target}, which is not in the read-only cache`,
			{
				help: ['mount the cache without readonly, or make the folder in it before'],
			},
		);
	}
	const mustBeFolder = missing !== undefined || type === 'directory';
	if (there === undefined || there.isDirectory() === mustBeFolder) return placed;
	const reason = missing === undefined ? `is ${mustBeFolder ? 'no' : 'a'} directory` : 'would lie below a file';
	throw new StepError('TARGET_TYPE', `RUN: ${nameOf(type)} cannot be mounted at ${target}, which ${reason}`, {
		help: otherTarget,
	});
}

function nameOf(type: Stub['type']): string {
	return type === 'directory' ? 'a directory' : 'a file';
}

interface Covered {
	readonly at: string;
	/** Undefined where there is nothing before the program runs: memory, and files of ours. */
	readonly source: string | undefined;
}

interface Layout {
	readonly rootfs: string;
	/** The last that was mounted first. */
	readonly covered: readonly Covered[];
}

class Magic extends Error {}

/** Relative to `/`. Undefined if the way leads through a link of the kernel, even if it seems to come back from there by `..`. */
function follow(path: string, layout: Layout): string | undefined {
	try {
		return followLinks(path, at => placeOf(at, layout));
	} catch (error) {
		if (error instanceof Magic) return undefined;
		throw error;
	}
}

function placeOf(at: string, layout: Layout): string | undefined {
	if (magic.test(at)) throw new Magic();
	const cover = coverOf(at, layout);
	return cover && join(cover.within, cover.path);
}

/** Which files will show at a path. Undefined where there are none before the program runs. */
function coverOf(at: string, {rootfs, covered}: Layout): Omit<Placed, 'type'> | undefined {
	const mount = covered.find(mount => at === mount.at || at.startsWith(`${mount.at}/`));
	if (mount)
		return mount.source === undefined ? undefined : {within: mount.source, path: at.slice(mount.at.length + 1)};
	return /^(dev|sys)\//.test(at) ? undefined : {within: rootfs, path: at};
}

function isFree(at: string): boolean {
	return at !== '' && !reserved.test(at);
}
