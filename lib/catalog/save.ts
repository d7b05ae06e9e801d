import type {Writable} from 'node:stream';
import {UsageError} from '../errors.ts';
import {ociArchive} from '../export/archive.ts';
import {dockerArchive, type LeftOut, onePlatform} from '../export/docker-archive.ts';
import {exportFilesTar} from '../export/files-tar.ts';
import type {ExportedImage} from '../export/image.ts';
import {exportLayout} from '../export/layout.ts';
import {writeArchive} from '../export/write.ts';
import type {Digest} from '../oci/digest.ts';
import type {Store} from '../store/store.ts';
import type {CatalogOptions} from './catalog.ts';
import {findImage, meantBy, storedName} from './find.ts';
import {type InspectOptions, readOne} from './inspect.ts';
import {withStore} from './open.ts';
import {catalogImages} from './stored.ts';

export interface SaveOptions extends CatalogOptions {
	/** A file, a stream that stays open, or for `oci-dir` a folder. */
	readonly dest: string | Writable;
	/** Default `docker-archive`, which has an OCI layout in it too, of one platform of each image. */
	readonly format?: 'docker-archive' | 'oci-archive' | 'oci-dir';
	/** Stops it; no half of a file stays. */
	readonly signal?: AbortSignal;
}

/** What `strata save` and `strata export` wrote. */
export interface Saved {
	/** Of what is in it. */
	readonly digests: readonly Digest[];
	/** Of images that the format has no room for: absent where all is in it. */
	readonly leftOut?: readonly (LeftOut & {readonly image: string})[];
	/** Bytes of the archive; absent for a folder. */
	readonly size?: number;
}

/** Writes images to an archive or a folder, with the names that they are called by here: by an id, without a name. */
export function saveImages(texts: readonly string[], options: SaveOptions): Promise<Saved> {
	return withStore(options, async store => {
		const {format = 'docker-archive'} = options;
		const images = await imagesNamed(texts, store);
		const fitting: readonly Fitting[] = format === 'docker-archive' ? await eachOnePlatform(images, store) : images;
		const leftOut = fitting.flatMap(({names, leftOut, descriptor}) =>
			leftOut ? [{image: names[0] ?? descriptor.digest, ...leftOut}] : [],
		);
		const size = await write(fitting, {...options, format}, store);
		return {
			digests: fitting.map(({descriptor}) => descriptor.digest),
			...(leftOut.length > 0 ? {leftOut} : {}),
			...(size === undefined ? {} : {size}),
		};
	});
}

function eachOnePlatform(images: readonly ExportedImage[], {blobs}: Store): Promise<readonly Fitting[]> {
	return Promise.all(images.map(image => onePlatform(image, blobs)));
}

/** An image as a format has room for it. */
type Fitting = ExportedImage & {readonly leftOut?: LeftOut};

export interface ExportOptions extends InspectOptions {
	/** A file, or a stream that stays open. */
	readonly dest: string | Writable;
	/** Stops it; no half of a file stays. */
	readonly signal?: AbortSignal;
}

/** Writes the files of an image as one tar, its layers merged. `name` as `findImage` takes it. */
export function exportImage(name: string, options: ExportOptions): Promise<Saved> {
	return withStore(options, async store => {
		const {descriptor} = await readOne(await findImage(name, store), options, store);
		return {
			digests: [descriptor.digest],
			size: await exportFilesTar(options.dest, {descriptor}, {store, signal: options.signal}),
		};
	});
}

/** Each image once, whatever it is called. */
async function imagesNamed(texts: readonly string[], store: Store): Promise<readonly ExportedImage[]> {
	const images = new Map<Digest, ExportedImage>();
	for (const text of texts) {
		const descriptor = meantBy(await findImage(text, store));
		const name = storedName(text, catalogImages(store.images.list()));
		const {names = []} = images.get(descriptor.digest) ?? {};
		images.set(descriptor.digest, {descriptor, names: name === undefined ? names : [...names, name]});
	}
	return [...images.values()];
}

async function write(
	images: readonly ExportedImage[],
	{dest, format, signal}: SaveOptions,
	store: Store,
): Promise<number | undefined> {
	if (format === 'oci-archive') return writeArchive(dest, await ociArchive(images, store), signal);
	if (format === 'docker-archive') return writeArchive(dest, await dockerArchive(images, store), signal);
	if (typeof dest !== 'string') throw needsFolder();
	await exportLayout(dest, images, store, signal);
	return undefined;
}

function needsFolder(): UsageError {
	return new UsageError('NEEDS_FOLDER', 'oci-dir is a folder, and cannot go to stdout', {
		help: ['as in: strata save --format oci-dir -o out app'],
	});
}
