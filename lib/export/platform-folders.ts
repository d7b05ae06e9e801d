import {UsageError} from '../errors.ts';
import type {BlobSource} from '../oci/blobs.ts';
import type {Descriptor, Layer} from '../oci/image.ts';
import {formatPlatform, isNowhere, normalizePlatform} from '../oci/platform.ts';
import type {Store} from '../store/store.ts';
import {type FlatFile, flatFiles} from './flat-files.ts';
import {layersOf, manifestsOf, readConfig, readManifest} from './image.ts';

/** The files of an image that go to one folder. */
export interface PlatformFolder {
	/** `linux_arm64`, or `''`. */
	readonly folder: string;
	/** Those whose files these are: several only where they are not to be told apart. */
	readonly platforms: readonly PlatformLayers[];
}

interface PlatformLayers {
	/** `linux/arm64` */
	readonly name: string;
	readonly layers: readonly Layer[];
}

/** The platforms of an image, each in a folder if it is `split`, which it is by default if there are several; attestations are none. */
export async function platformFolders(
	root: Descriptor,
	source: BlobSource,
	split?: boolean,
): Promise<readonly PlatformFolder[]> {
	const manifests = (await manifestsOf(root, source)).filter(({platform}) => !isNowhere(platform));
	const platforms = await Promise.all(
		manifests.map(async manifest => ({
			name: await platformOf(manifest, source),
			layers: await layersOf(manifest, source),
		})),
	);
	if (!(split ?? platforms.length > 1)) return [{folder: '', platforms}];
	return platforms.map(platform => ({folder: platform.name.replaceAll('/', '_'), platforms: [platform]}));
}

/** As the index says it, or else its config. */
async function platformOf(manifest: Descriptor, source: BlobSource): Promise<string> {
	if (manifest.platform) return formatPlatform(manifest.platform);
	const {
		os = 'linux',
		architecture = 'unknown',
		variant,
	} = await readConfig((await readManifest(manifest, source)).config, source);
	return formatPlatform(normalizePlatform({os, architecture, ...(variant ? {variant} : {})}));
}

/** All files that go to one folder, as `flatFiles` has those of each platform. Rejects with a UsageError if two platforms have the same file. */
export async function* filesOf(
	{platforms}: PlatformFolder,
	store: Store,
	signal?: AbortSignal,
): AsyncGenerator<FlatFile, void> {
	const seen = new Map<string, {readonly name: string; readonly isDirectory: boolean}>();
	for (const {name, layers} of platforms) {
		for await (const file of flatFiles(layers, store, signal)) {
			const {path, type} = file.entry;
			const isDirectory = type === 'directory';
			const other = seen.get(path);
			if (!other) yield file;
			else if (!isDirectory || !other.isDirectory) throw overlap(path, other.name, name);
			if (platforms.length > 1) seen.set(path, {name, isDirectory});
		}
	}
}

function overlap(path: string, one: string, other: string): UsageError {
	return new UsageError('OUTPUT_OVERLAP', `both ${one} and ${other} have /${path}, which can be written once only`, {
		help: ['a folder for each platform: platform-split=true'],
	});
}
