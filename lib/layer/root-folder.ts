import {lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync, type Stats, unlinkSync} from 'node:fs';
import {decodeName, nativePath} from '../tree/name.ts';
import {joinPath, nameOf, parentOf} from '../tree/paths.ts';
import {Malformed} from './errors.ts';
import {leavesRoot} from './member-path.ts';

/**
 * A folder that a layer is unpacked into. All access goes through it: a path is resolved component by component, links
 * followed as if the folder were `/`, so that nothing outside is touched, whatever the layer's links say (SURFACE W-21).
 * The folder has no other writer, so what was resolved stays so until this process changes it.
 */
export interface RootFolder {
	/** Directories that were made because something lies below them. */
	readonly implicit: Set<string>;
	/** Where the directory `path` really lies below the root: its links followed, what is missing made. `entry` is named in errors. */
	makeDirectory(path: string, entry: string): string;
	/** Like `makeDirectory`, but undefined where something is missing. */
	findDirectory(path: string, entry: string): string | undefined;
	/** The system's name for a place below the root. */
	native(place: string): string | Buffer;
	stat(place: string): Stats | undefined;
	/** The names in a directory. */
	names(place: string): string[];
	/** Removes what lies there, with all below it. */
	remove(place: string): void;
}

/** How many links one path may lead through, as in the kernel. */
const mostLinks = 40;

interface Listener {
	/** Hears of a directory that was made where a whiteout lay: it hides what lower layers have there. */
	onMarked(place: string): void;
	/** Called before the disk is asked about a place, or about any number of them. */
	beforeLook(place?: string): void;
}

export function rootFolder(folder: string, {onMarked, beforeLook}: Listener): RootFolder {
	const known = new Set<string>(['']);
	const implicit = new Set<string>();
	const native = (place: string) => nativePath(`${folder}/${place}`);
	const stat = (place: string) => {
		beforeLook(place);
		return lstatSync(native(place), {throwIfNoEntry: false});
	};

	const make = (place: string, {mayMake}: Walk, marked: boolean) => {
		if (!mayMake) throw new Missing();
		if (marked) unlinkSync(native(place));
		mkdirSync(native(place), 0o755);
		implicit.add(place);
		if (marked) onMarked(place);
	};
	const directory = (path: string, walk: Walk): string => {
		if (known.has(path)) return path;
		const place = joinPath(directory(parentOf(path), walk), nameOf(path));
		const found = stat(place);
		if (found?.isSymbolicLink()) return followed(place, walk);
		if (!found || isWhiteout(found)) make(place, walk, found !== undefined);
		else if (!found.isDirectory())
			throw new Malformed(`entry "${walk.entry}" lies below "${place}", which is no directory`);
		known.add(place);
		return place;
	};
	const followed = (link: string, walk: Walk): string => {
		if (++walk.links > mostLinks) throw new Malformed(`entry "${walk.entry}" lies behind a loop of links`);
		const target = decodeName(readlinkSync(native(link), 'buffer'));
		let at = target.startsWith('/') ? '' : parentOf(link);
		for (const component of target.split('/')) {
			if (component === '' || component === '.') continue;
			if (component === '..' && at === '') throw leavesRoot(walk.entry, `"${link}" is a link to "${target}"`);
			at = component === '..' ? parentOf(at) : directory(joinPath(at, component), walk);
		}
		return at;
	};
	return {
		implicit,
		makeDirectory: (path, entry) => directory(path, {entry, mayMake: true, links: 0}),
		findDirectory(path, entry) {
			try {
				return directory(path, {entry, mayMake: false, links: 0});
			} catch (error) {
				if (error instanceof Missing) return undefined;
				throw error;
			}
		},
		native,
		stat,
		names(place) {
			beforeLook();
			return readdirSync(native(place), 'buffer').map(decodeName);
		},
		remove(place) {
			beforeLook();
			rmSync(native(place), {recursive: true, force: true});
			known.clear();
			known.add('');
			for (const path of implicit) if (path === place || path.startsWith(`${place}/`)) implicit.delete(path);
		},
	};
}

/** One resolution under way. */
interface Walk {
	readonly entry: string;
	readonly mayMake: boolean;
	links: number;
}

/** Ends a resolution that may not make what is missing. */
class Missing extends Error {}

function isWhiteout(stat: Stats): boolean {
	return stat.isCharacterDevice() && stat.rdev === 0;
}
