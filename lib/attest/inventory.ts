import {type Bytes, collect} from '../bytes.ts';
import type {Entry} from '../tree/entry.ts';
import {compareBytes, joinPath} from '../tree/paths.ts';
import {resolvePath} from '../tree/resolve.ts';
import type {Tree} from '../tree/tree.ts';
import {copyrightPath, isCopyright, licencesIn} from './copyright.ts';
import {osReleasePaths, readDistribution} from './distribution.ts';
import {type Distribution, type Package, Unreadable} from './package.ts';
import type {Reader} from './reader.ts';
import {apk} from './readers/apk.ts';
import {dpkg} from './readers/dpkg.ts';
import {type BuildInfo, buildInfoOf, goPackages} from './readers/go.ts';
import {npm} from './readers/npm.ts';
import {python} from './readers/python.ts';
import {rpm} from './readers/rpm.ts';

/** The files of an image as data: nothing is mounted, and nothing of it runs. */
export interface RootFiles {
	readonly tree: Tree;
	/** Shows each of these files with its content, one after the other, in an order of its own. What is not read of a content is passed over. */
	read(files: readonly Entry[], show: (file: Entry, content: Bytes) => Promise<void>): Promise<void>;
}

/** What a root file system says it has. */
export interface Inventory {
	/** Each once, by its package URL, in the order of these. */
	readonly packages: readonly FoundPackage[];
	/** What may tell of more packages, but cannot be read. */
	readonly unread: readonly {readonly path: string; readonly reason: string}[];
}

/** A package, and the files that tell of it, by their paths. */
export interface FoundPackage extends Package {
	/** `dpkg`, `go` … */
	readonly kind: string;
	readonly paths: readonly string[];
}

const readers: readonly Reader[] = [dpkg, apk, rpm, npm, python];

/** No metadata is this large; a file that is could fill the memory. */
const largestMetadata = 256 * 1024 * 1024;
/** No program of Go is this small. */
const smallestProgram = 64 * 1024;

/** Takes stock of a root file system, in one pass over the layers that hold what is of interest. */
export async function takeInventory(root: RootFiles): Promise<Inventory> {
	const osRelease = osReleaseOf(root.tree);
	const files = [...filesBelow('', root.tree)].filter(file => file.path === osRelease?.path || isOfInterest(file));
	const contents = await readAll(files, root);
	const release = osRelease && contents.get(placeOf(osRelease));
	const distribution = readDistribution(Buffer.isBuffer(release) ? release.toString() : '');
	const book = inventoryBook();
	const licences = (name: string) => licencesOf(name, root.tree, contents);
	for (const file of files) noteFile(file, {content: contents.get(placeOf(file)), distribution, licences, book});
	return book.close();
}

/** A content as it is needed: whole, or what the linker of Go wrote into it, or why neither can be had. */
type Content = Buffer | BuildInfo | Unreadable | undefined;

/** Contents by where they lie: what has several names is read once, by the name that tells what it is. */
async function readAll(files: readonly Entry[], root: RootFiles): Promise<ReadonlyMap<string, Content>> {
	const told = files.filter(isTold);
	const byPlace = new Map([...files, ...told].map(file => [placeOf(file), file]));
	const contents = new Map<string, Content>();
	await root.read([...byPlace.values()], async (file, bytes) => {
		contents.set(placeOf(file), await contentOf(file, bytes));
	});
	return contents;
}

async function contentOf(file: Entry, bytes: Bytes): Promise<Content> {
	try {
		if (!isTold(file) && file.size >= smallestProgram) return await buildInfoOf(bytes);
		return file.size > largestMetadata ? new Unreadable('is too large') : await collect(bytes);
	} catch (error) {
		if (error instanceof Unreadable) return error;
		throw error;
	}
}

interface Noting {
	readonly content: Content;
	readonly distribution: Distribution;
	/** Those of a package of dpkg. */
	readonly licences: (name: string) => readonly string[];
	readonly book: InventoryBook;
}

function noteFile(file: Entry, {content, distribution, licences, book}: Noting): void {
	const {path} = file;
	const reader = readerOf(file);
	try {
		if (content instanceof Unreadable) throw content;
		if (Buffer.isBuffer(content) && reader) {
			const found = reader.read(content, {path, distribution});
			const isDpkg = reader.kind === dpkg.kind;
			book.add(reader.kind, isDpkg ? found.map(each => ({...each, licences: licences(each.name)})) : found, path);
		} else if (content && !Buffer.isBuffer(content)) book.add('go', goPackages(content), path);
	} catch (error) {
		if (!(error instanceof Unreadable)) throw error;
		book.complain(path, error.message);
	}
}

/** A package's folder may be a link to that of another, which has its files. */
function licencesOf(name: string, tree: Tree, contents: ReadonlyMap<string, Content>): readonly string[] {
	const resolved = resolvePath(tree, copyrightPath(name));
	const entry = typeof resolved === 'string' ? tree.stat(resolved) : undefined;
	const content = entry && contents.get(placeOf(entry));
	return Buffer.isBuffer(content) ? licencesIn(content.toString()) : [];
}

interface InventoryBook {
	add(kind: string, packages: readonly Package[], path: string): void;
	complain(path: string, reason: string): void;
	close(): Inventory;
}

function inventoryBook(): InventoryBook {
	const found = new Map<string, FoundPackage>();
	const unread: {path: string; reason: string}[] = [];
	return {
		add(kind, packages, path) {
			for (const each of packages) {
				const paths = found.get(each.purl)?.paths ?? [];
				found.set(each.purl, {...each, kind, paths: paths.includes(path) ? paths : [...paths, path]});
			}
		},
		complain: (path, reason) => unread.push({path, reason}),
		close: () => ({packages: [...found.values()].sort((one, other) => compareBytes(one.purl, other.purl)), unread}),
	};
}

function isOfInterest(file: Entry): boolean {
	return file.size >= smallestProgram || isTold(file);
}

/** Whether it is known by its path what it tells. */
function isTold(file: Entry): boolean {
	return readerOf(file) !== undefined || isCopyright(file.path);
}

function readerOf(file: Entry): Reader | undefined {
	return readers.find(reader => reader.wants(file));
}

function osReleaseOf(tree: Tree): Entry | undefined {
	for (const path of osReleasePaths) {
		const resolved = resolvePath(tree, path);
		const entry = typeof resolved === 'string' ? tree.stat(resolved) : undefined;
		if (entry?.type === 'file') return entry;
	}
	return undefined;
}

/** Regular files, each directory in byte order. */
function* filesBelow(folder: string, tree: Tree): Generator<Entry> {
	for (const name of tree.list(folder)) {
		const entry = tree.stat(joinPath(folder, name));
		if (entry?.type === 'directory') yield* filesBelow(entry.path, tree);
		else if (entry?.type === 'file') yield entry;
	}
}

function placeOf({content, path}: Entry): string {
	return content?.from === 'layer' ? `${content.diffID} ${content.offset}` : path;
}
