import {collect} from '../bytes.ts';
import {UsageError} from '../errors.ts';
import {exportArchive} from '../export/archive.ts';
import {exportDockerArchive, onePlatform} from '../export/docker-archive.ts';
import {layoutSink} from '../export/layout.ts';
import {keepArchive} from '../import/load.ts';
import type {BlobSource} from '../oci/blobs.ts';
import {copy, type ImageSink} from '../oci/copy.ts';
import type {Descriptor} from '../oci/image.ts';
import {isIndex, isManifest} from '../oci/media-types.ts';
import {parseIndex} from '../oci/parse.ts';
import {choosePlatform, parsePlatform} from '../oci/platform.ts';
import type {RegistryAccess} from '../registry/access.ts';
import {noImage, noPlatform} from '../registry/errors.ts';
import {imageSource} from '../registry/image-source.ts';
import {layoutSource} from '../registry/layout.ts';
import {registrySink} from '../registry/sink.ts';
import {storeSink} from '../registry/store-sink.ts';
import type {Store} from '../store/store.ts';
import {withFile} from './load.ts';
import {withStore} from './open.ts';
import {type ImagePlace, parsePlace, placeName, refuseOther} from './place.ts';
import type {TransferOptions, Transferred} from './transfer.ts';

export interface CopyOptions extends Omit<TransferOptions, keyof RegistryAccess> {
	/** Of an index only the image for this platform; default: all of it. */
	readonly platform?: string;
	readonly from?: RegistryAccess;
	readonly to?: RegistryAccess;
}

/**
 * Copies an image from one place to another, digests unchanged (of an index to `docker-archive` one platform only): registries (`docker://NAME` or a name), OCI layouts
 * (`oci:DIR[:TAG]`) and archives (`oci-archive:FILE[:NAME]`, `docker-archive:FILE[:NAME]`). Archives go by way of the store.
 */
export function copyImage(source: string, dest: string, options: CopyOptions = {}): Promise<Transferred> {
	const [from, to] = [parsePlace(source), parsePlace(dest)];
	return withStore(options, async store => {
		const opened = await open(from, store, options);
		const root = await onlyPlatform(opened, options.platform);
		refuseOther(to, root.digest);
		const there = await bring({root, from: opened.source}, to, {store, options, about: placeName(from)});
		const name = placeName(to);
		return {name, ...there, pinned: to.kind === 'registry' ? placeName(to, root.digest) : name};
	});
}

interface Opened {
	readonly name: string;
	readonly root: Descriptor;
	readonly source: BlobSource;
}

async function open(place: ImagePlace, store: Store, {from, signal, onRetry}: CopyOptions): Promise<Opened> {
	switch (place.kind) {
		case 'registry': {
			const source = imageSource(place.reference, {
				...from,
				...(signal ? {signal} : {}),
				...(onRetry ? {onRetry} : {}),
			});
			return {name: source.name, root: (await source.resolve()).descriptor, source};
		}
		case 'layout': {
			const source = layoutSource(place.layout);
			return {name: source.name, root: (await source.resolve()).descriptor, source};
		}
		default: {
			const images = await withFile(place.file, {store, signal}, (path, name) =>
				keepArchive(path, name, store, signal),
			);
			const [only, ...others] = images.filter(({names}) => place.name === undefined || names.includes(place.name));
			if (!only || others.length > 0)
				throw notOne(
					place,
					images.flatMap(({names}) => names),
				);
			return {name: placeName(place), root: only.descriptor, source: store.blobs};
		}
	}
}

function notOne(place: ImagePlace & {readonly kind: 'archive'}, names: readonly string[]): UsageError {
	const what = place.name === undefined ? 'has several images' : `has no image ${place.name}`;
	return new UsageError('NO_SUCH_IMAGE', `${place.file} ${what}`, {
		notes: [names.length > 0 ? `it has ${names.join(', ')}` : 'its images have no names'],
		help: names.slice(0, 1).map(name => `as in: ${place.format}-archive:${place.file}:${name}`),
	});
}

async function onlyPlatform({name, root, source}: Opened, text: string | undefined): Promise<Descriptor> {
	if (text === undefined) return root;
	const platform = parsePlatform(text);
	if (!platform) {
		throw new UsageError('BAD_PLATFORM', `${text} is no platform`, {help: ['as in: --platform linux/arm64']});
	}
	if (!isIndex(root.mediaType)) return root;
	const manifests = parseIndex(await collect(source.open(root)))?.manifests ?? [];
	const chosen = choosePlatform(manifests, platform);
	if (!chosen) throw noPlatform(name, text, []);
	if (isIndex(chosen.mediaType) || isManifest(chosen.mediaType)) return chosen;
	throw noImage(name, chosen.mediaType);
}

interface Freight {
	readonly root: Descriptor;
	readonly from: BlobSource;
}

interface Bringing {
	readonly store: Store;
	readonly options: CopyOptions;
	/** The source, for people. */
	readonly about: string;
}

/** Answers with what is in the place then. */
async function bring(
	{root, from}: Freight,
	to: ImagePlace,
	{store, options, about}: Bringing,
): Promise<Pick<Transferred, 'digest' | 'leftOut'>> {
	const {signal, onTransfer} = options;
	const telling = onTransfer ? {onTransfer} : {};
	const {digest} = root;
	switch (to.kind) {
		case 'registry':
			await copy(root, from, registrySink(to.reference, {...options.to, ...telling}), signal);
			return {digest};
		case 'layout':
			await copy(root, from, layoutSink(to.layout, {ref: about, ...telling}), signal);
			return {digest};
		default:
			await copy(root, from, blobsOnly(storeSink(store, {ref: about, ...telling})), signal);
			return pack(root, to, {store, signal});
	}
}

async function pack(
	descriptor: Descriptor,
	{format, file, name}: ImagePlace & {readonly kind: 'archive'},
	{store, signal}: {readonly store: Store; readonly signal: AbortSignal | undefined},
): Promise<Pick<Transferred, 'digest' | 'leftOut'>> {
	const image = {descriptor, names: name === undefined ? [] : [name]};
	if (format === 'oci') {
		await exportArchive(file, image, store, signal);
		return {digest: descriptor.digest};
	}
	const fitting = await onePlatform(image, store.blobs);
	await exportDockerArchive(file, fitting, store, signal);
	return {digest: fitting.descriptor.digest, ...(fitting.leftOut ? {leftOut: fitting.leftOut} : {})};
}

/** What goes through the store to an archive gets no name there. */
function blobsOnly({take}: ImageSink): ImageSink {
	return {take, takeRoot: take};
}
