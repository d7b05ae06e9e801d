import type {Writable} from 'node:stream';
import type {Bytes} from '../bytes.ts';
import {blockSize, endOfArchive, paddingOf} from '../layer/header.ts';
import {tarHeader} from '../layer/tar-entry.ts';
import type {Store} from '../store/store.ts';
import {joinPath} from '../tree/paths.ts';
import type {TocEntry} from '../tree/toc.ts';
import type {ExportedImage} from './image.ts';
import {filesOf, type PlatformFolder, platformFolders} from './platform-folders.ts';
import {writeArchive} from './write.ts';

export interface FilesTarOptions {
	readonly store: Store;
	/** Whether each platform has a folder. Default: if there are several. */
	readonly split?: boolean | undefined;
	/** Stops it; no half of a file stays. */
	readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the files of an image as a tar, owners, times and device nodes as its layers have them (SURFACE OUT-5): the same image,
 * the same bytes. For `split` see `platformFolders`. `dest` as in `exportArchive`. Answers with the size of the tar.
 */
export async function exportFilesTar(
	dest: string | Writable,
	{descriptor}: Pick<ExportedImage, 'descriptor'>,
	{store, split, signal}: FilesTarOptions,
): Promise<number> {
	const folders = await platformFolders(descriptor, store.blobs, split);
	return writeArchive(dest, filesTar(folders, store, signal), signal);
}

async function* filesTar(folders: readonly PlatformFolder[], store: Store, signal?: AbortSignal): Bytes {
	for (const place of folders) {
		const {folder} = place;
		if (folder !== '') yield tarHeader({...directory, path: folder});
		for await (const {entry, content} of filesOf(place, store, signal)) {
			yield tarHeader(below(folder, entry));
			yield* content();
			yield padding.subarray(0, paddingOf(entry.size));
		}
	}
	yield endOfArchive;
}

const directory = {type: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0, mtime: 0} as const;
const padding = Buffer.alloc(blockSize);

function below(folder: string, entry: TocEntry): TocEntry {
	const path = joinPath(folder, entry.path);
	if (entry.type !== 'hardlink') return {...entry, path};
	return {...entry, path, linkname: joinPath(folder, entry.linkname ?? '')};
}
