import {collect} from '../bytes.ts';
import {StoreError, UsageError} from '../errors.ts';
import type {Descriptor} from '../oci/image.ts';
import {isIndex} from '../oci/media-types.ts';
import {type Platform, parsePlatform, satisfies} from '../oci/platform.ts';
import type {Store} from '../store/store.ts';
import {attestationsOf} from './attestations.ts';
import type {CatalogOptions, ImageDetails, LayerDetails} from './catalog.ts';
import {type FoundImage, findImage} from './find.ts';
import {layerFacts} from './layer-facts.ts';
import {withStore} from './open.ts';
import {type Origin, originsOf, provenanceOf} from './provenance.ts';
import {type CatalogImage, preferred, type ReadImage, readImages} from './stored.ts';

export interface InspectOptions extends CatalogOptions {
	/** `os/arch[/variant]`, of several platforms; default: this machine's, else the first. */
	readonly platform?: string;
}

/** What there is to know of an image. `name` as `findImage` takes it. */
export function inspectImage(name: string, options: InspectOptions = {}): Promise<ImageDetails> {
	return withStore(options, async store => {
		const found = await findImage(name, store);
		const image = await readOne(found, options, store);
		const shown = details(found, image, store);
		const {mediaType, digest} = found.descriptor;
		if (!isIndex(mediaType)) return shown;
		const platforms = (await readImages(found.descriptor, store)).map(({platform}) => platform);
		const attestations = await attestationsOf(image.descriptor, found.descriptor, store);
		return {...shown, index: {digest, platforms}, ...(attestations.length > 0 ? {attestations} : {})};
	});
}

/** A document of an image, as it is stored: the bytes that its digest is of. */
export function rawImage(
	name: string,
	document: 'config' | 'manifest' | 'index',
	options: InspectOptions = {},
): Promise<Buffer> {
	return withStore(options, async store => {
		const found = await findImage(name, store);
		return collect(store.blobs.open(await documentOf(found, {document, options}, store)));
	});
}

/** The image of the platform that is asked for, or the one that a digest meant. */
export async function readOne(found: FoundImage, {platform}: InspectOptions, store: Store): Promise<ReadImage> {
	const images = (await readImages(found.descriptor, store)).filter(
		({descriptor}) => !found.child || descriptor.digest === found.child.digest,
	);
	const wanted = platform === undefined ? undefined : askedPlatform(platform);
	const offered = images.filter(image => !wanted || satisfies(image.descriptor.platform ?? image.config, wanted));
	const image = preferred(offered, wanted);
	if (image) return image;
	const title = found.child?.digest ?? found.names[0] ?? found.descriptor.digest;
	if (images.length === 0)
		throw new StoreError('IMAGE_MISSING', `the blobs of ${title} are not in the store`, {
			help: [`build it again, or forget it: strata rmi ${title}`],
		});
	throw new UsageError('PLATFORM_MISSING', `${title} has no image for ${platform}`, {
		notes: [`it has ${images.map(each => each.platform).join(', ')}`],
		help: images.slice(0, 1).map(each => `as in: --platform ${each.platform}`),
	});
}

/** The platform that `text` means. Throws a UsageError if it is none. */
export function askedPlatform(text: string): Platform {
	const platform = parsePlatform(text);
	if (platform) return platform;
	throw new UsageError('PLATFORM_UNKNOWN', `${text} is no platform`, {help: ['such as: --platform linux/arm64']});
}

interface Wanted {
	readonly document: 'config' | 'manifest' | 'index';
	readonly options: InspectOptions;
}

async function documentOf(found: FoundImage, {document, options}: Wanted, store: Store): Promise<Descriptor> {
	if (document === 'index') {
		if (isIndex(found.descriptor.mediaType)) return found.descriptor;
		throw new UsageError(
			'NOT_AN_INDEX',
			`${found.names[0] ?? found.descriptor.digest} is of one platform and has no index`,
			{
				help: ['what it has: --raw manifest'],
			},
		);
	}
	const image = await readOne(found, options, store);
	return document === 'manifest' ? image.descriptor : image.manifest.config;
}

function details(found: CatalogImage, image: ReadImage, store: Store): ImageDetails {
	const {descriptor, manifest, config, platform} = image;
	const provenance = provenanceOf(image, store);
	return {
		names: found.names,
		id: manifest.config.digest,
		digest: descriptor.digest,
		platform,
		size: [descriptor, manifest.config, ...manifest.layers].reduce((sum, {size}) => sum + size, 0),
		...(config.created ? {created: config.created} : {}),
		tagged: found.tagged,
		...(provenance?.base ? {base: provenance.base} : {}),
		config,
		manifest,
		layers: layersOf(image, originsOf(image, provenance), store),
	};
}

function layersOf({manifest, config}: ReadImage, origins: readonly Origin[], store: Store): readonly LayerDetails[] {
	const last = origins.at(-1)?.step ?? 'base';
	return config.rootfs.diff_ids.flatMap((diffID, at) => {
		const descriptor = manifest.layers[at];
		if (!descriptor) return [];
		const {digest, size} = descriptor;
		const origin = origins.find(({layer}) => layer === at);
		return [{digest, diffID, size, ...layerFacts(diffID, store), step: titleOf(origin, last)}];
	});
}

/** `2/3 RUN make`. The last entry of the history is the last step's. */
function titleOf({step, instruction = ''}: Partial<Origin> = {}, last: string): string {
	if (step === undefined) return instruction;
	return step === 'base' ? 'base' : `${step}/${Math.max(Number(step), Number(last))} ${instruction}`;
}
