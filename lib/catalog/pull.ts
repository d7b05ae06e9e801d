import {UsageError} from '../errors.ts';
import {copy} from '../oci/copy.ts';
import type {Descriptor} from '../oci/image.ts';
import {hostPlatform, type Platform, parsePlatform} from '../oci/platform.ts';
import {familiarName, familiarRepository, parseReference, type Reference} from '../oci/reference.ts';
import {readBase} from '../registry/base.ts';
import {imageSource} from '../registry/image-source.ts';
import {fetchLayers} from '../registry/layers.ts';
import {firstFound, isShort, meanings} from '../registry/short-names.ts';
import type {ImageSource} from '../registry/source.ts';
import {storeSink} from '../registry/store-sink.ts';
import type {Store} from '../store/store.ts';
import {withStore} from './open.ts';
import type {TransferOptions, Transferred} from './transfer.ts';

export interface PullOptions extends TransferOptions {
	/** `os/arch[/variant]`, or `all`: the index with all that it names. Default: this machine's. */
	readonly platform?: string;
}

/**
 * Brings an image of a registry into the store, under its name. What is there is not fetched; the name is given once all of
 * the image is there.
 */
export function pullImage(name: string, options: PullOptions = {}): Promise<Transferred> {
	const reference = sourceName(name);
	const platform = options.platform === 'all' ? undefined : platformOf(options.platform);
	return withStore(options, async store => {
		const references = isShort(name) ? await meanings(name, options) : [reference];
		return firstFound(references, one => pullFrom(one, platform, {store, options}));
	});
}

async function pullFrom(
	reference: Reference,
	platform: Platform | undefined,
	{store, options}: {readonly store: Store; readonly options: TransferOptions},
): Promise<Transferred> {
	const source = imageSource(reference, options);
	const names = {registry: reference.registry, repository: reference.repository};
	const tagged = reference.tag === undefined ? undefined : familiarName({...names, tag: reference.tag});
	const fetching = {store, options, name: tagged};
	const {digest} = platform ? await pullOne(source, platform, fetching) : await pullAll(source, fetching);
	const pinned = `${familiarRepository(reference)}@${digest}`;
	return {name: tagged ?? pinned, digest, pinned};
}

interface Fetching {
	readonly store: Store;
	readonly options: TransferOptions;
	/** None: a name with a digest alone. */
	readonly name: string | undefined;
}

async function pullOne(source: ImageSource, platform: Platform, {store, options, name}: Fetching): Promise<Descriptor> {
	const base = await readBase(source, platform, store.blobs);
	const {onTransfer, signal} = options;
	await fetchLayers(base, {store, ...(onTransfer ? {onTransfer} : {}), ...(signal ? {signal} : {})});
	await store.images.tag(base.descriptor, name);
	return base.descriptor;
}

async function pullAll(source: ImageSource, {store, options, name}: Fetching): Promise<Descriptor> {
	const {descriptor} = await source.resolve();
	const {onTransfer, signal} = options;
	const about = {ref: source.name, ...(name === undefined ? {} : {name}), ...(onTransfer ? {onTransfer} : {})};
	await copy(descriptor, source, storeSink(store, about), signal);
	return descriptor;
}

function sourceName(name: string): Reference {
	const reference = parseReference(name.replace(/^docker:\/\//, ''));
	if (reference) return reference;
	throw new UsageError('BAD_REFERENCE', `${JSON.stringify(name)} is no name of an image`, {
		help: ['as in: strata pull debian:bookworm or registry.example.com/team/app:1.4'],
	});
}

/** What `--platform` says; default: this machine. */
function platformOf(text: string | undefined): Platform {
	const platform = text === undefined ? hostPlatform() : parsePlatform(text);
	if (platform) return platform;
	throw new UsageError('BAD_PLATFORM', `${text || 'an empty text'} is no platform`, {
		help: ['as in: --platform linux/arm64, or all of them: --platform all'],
	});
}
