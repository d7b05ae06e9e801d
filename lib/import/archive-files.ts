import {createHash} from 'node:crypto';
import {
	closeSync,
	createReadStream,
	existsSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
} from 'node:fs';
import {join} from 'node:path';
import {type Bytes, stoppedBy, writeAll} from '../bytes.ts';
import {compressionOf, openDecompressed} from '../layer/decompress.ts';
import {Malformed} from '../layer/errors.ts';
import {leavesRoot, memberPath} from '../layer/member-path.ts';
import {readTar} from '../layer/read-tar.ts';
import {type Digest, digestFromHex} from '../oci/digest.ts';
import {decodeName} from '../tree/name.ts';

/** A file of an archive, by itself on the disk. */
export interface ArchiveFile {
	readonly path: string;
	readonly digest: Digest;
	readonly size: number;
}

/** The files of an archive that was taken apart, until disposed of. */
export interface ArchiveFiles extends Disposable {
	/** The file of this name, links followed. Throws `Malformed` for a link that leads out of the archive, or round and round. */
	find(name: string): ArchiveFile | undefined;
	/** What is in a file that must be there and small: a document. Throws `Malformed` if it is not. */
	read(name: string): Buffer;
}

/**
 * The files of an OCI layout that is a folder, as those of an archive: copied into the new folder `folder`, each hashed, so that nothing of
 * them changes meanwhile. When it rejects, nothing is left.
 */
export async function layoutFiles(layout: string, folder: string, signal?: AbortSignal): Promise<ArchiveFiles> {
	return taken(folder, async files => {
		const blobs = 'blobs/sha256';
		const names = existsSync(join(layout, blobs)) ? readdirSync(join(layout, blobs)) : [];
		for (const path of ['oci-layout', 'index.json', ...names.map(name => `${blobs}/${name}`)]) {
			const source = join(layout, path);
			if (!statSync(source, {throwIfNoEntry: false})?.isFile()) continue;
			files.set(path, await keep(stoppedBy(signal, readable(source, path)), join(folder, `${files.size}`)));
		}
	});
}

async function* readable(source: string, path: string): Bytes {
	try {
		yield* createReadStream(source);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
		throw new Malformed(`its ${path} cannot be read: permission denied`);
	}
}

/**
 * Takes a tar apart, compressed in any way or not, into the new folder `folder`: one pass, each file hashed. A name of the archive names no file on the disk.
 * Throws `Malformed` for a name that leaves the archive. When it rejects, nothing is left.
 */
export async function archiveFiles(archive: string, folder: string, signal?: AbortSignal): Promise<ArchiveFiles> {
	return taken(folder, async (files, links) => {
		let count = 0;
		const tar = stoppedBy(signal, openDecompressed(archive, compressionOf(archive)));
		for await (const {name, type, linkname, content} of readTar(tar)) {
			const path = memberPath(decodeName(name));
			for (const map of [files, links]) map.delete(path);
			if (type === 'file') files.set(path, await keep(content(), join(folder, `${count++}`)));
			else if (linkname) links.set(path, linkTarget(path, decodeName(linkname), type === 'symlink'));
		}
	});
}

/** What `take` puts into the new folder `folder`: files and links by their names. */
async function taken(
	folder: string,
	take: (files: Map<string, ArchiveFile>, links: Map<string, string>) => Promise<void>,
): Promise<ArchiveFiles> {
	const files = new Map<string, ArchiveFile>();
	const links = new Map<string, string>();
	mkdirSync(folder, {mode: 0o700});
	try {
		await take(files, links);
	} catch (error) {
		rmSync(folder, {recursive: true, force: true});
		throw error;
	}
	const find = (name: string) => {
		let at = name;
		for (let steps = 0; links.has(at); steps++) {
			if (steps > links.size) throw new Malformed(`"${name}" lies behind a loop of links`);
			at = links.get(at) ?? '';
		}
		return files.get(at);
	};
	return {
		find,
		read: name => document(find(name), name),
		[Symbol.dispose]: () => rmSync(folder, {recursive: true, force: true}),
	};
}

async function keep(content: Bytes, path: string): Promise<ArchiveFile> {
	const hash = createHash('sha256');
	const output = openSync(path, 'wx', 0o600);
	let size = 0;
	try {
		for await (const chunk of content) {
			hash.update(chunk);
			size += chunk.length;
			writeAll(output, chunk);
		}
	} finally {
		closeSync(output);
	}
	return {path, digest: digestFromHex(hash.digest('hex')), size};
}

/** A symlink counts from the folder that it is in, a hard link from the root of the archive. */
function linkTarget(path: string, target: string, isSymlink: boolean): string {
	if (target.startsWith('/')) throw leavesRoot(path, `it is a link to "${target}"`);
	const parts = isSymlink ? path.split('/').slice(0, -1) : [];
	for (const part of target.split('/')) {
		if (part === '' || part === '.') continue;
		if (part !== '..') parts.push(part);
		else if (parts.pop() === undefined) throw leavesRoot(path, `it is a link to "${target}"`);
	}
	return parts.join('/');
}

/** Manifests and configs are smaller; an index that is larger is no archive's. */
const largestDocument = 16 * 1024 * 1024;

function document(file: ArchiveFile | undefined, name: string): Buffer {
	if (!file) throw new Malformed(`it has no ${name}`);
	if (file.size > largestDocument) throw new Malformed(`its ${name} is too long to be one`);
	return readFileSync(file.path);
}
