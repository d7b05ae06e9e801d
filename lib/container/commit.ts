import {imageNameOf} from '../catalog/image-name.ts';
import {withStore} from '../catalog/open.ts';
import {type ProvenanceRecord, provenanceKind} from '../catalog/provenance.ts';
import {readImages} from '../catalog/stored.ts';
import {StoreError} from '../errors.ts';
import {readToc} from '../export/layer-tocs.ts';
import {applyChange} from '../image/container-config.ts';
import {baseDraft, foldStep, type ImageDraft, imageConfig} from '../image/draft.ts';
import {imageManifest} from '../image/manifest.ts';
import {type Digest, hexOf} from '../oci/digest.ts';
import type {Descriptor, History, Layer} from '../oci/image.ts';
import {ociConfig, ociManifest} from '../oci/media-types.ts';
import {canonicalName, parseReference} from '../oci/reference.ts';
import {planChanges} from '../plan/changes.ts';
import {layersOf} from '../registry/layers.ts';
import type {ContainerRecord} from '../store/containers.ts';
import type {Store} from '../store/store.ts';
import {layerOf} from './changed-layer.ts';
import {findContainer} from './find.ts';
import type {CommitOptions, CommitResult} from './options.ts';

/** Makes an image of a container, whose program waits meanwhile if it runs: its image, one layer with what it changed, and its config. */
export function commitContainer(text: string, options: CommitOptions = {}): Promise<CommitResult> {
	return withStore(options, async store => {
		const name =
			options.name === undefined ? undefined : imageNameOf(options.name, 'strata commit CONTAINER team/app:1.4');
		const record = findContainer(text, store);
		const layer = await layerOf(record, store);
		const [image] = await readImages(record.image.manifest, store);
		if (!image) throw new StoreError('IMAGE_MISSING', `the image of ${record.name} is not in the store`);

		const isChanged = (await readToc(layer, {store})).length > 0;
		const below = layersOf({...image, reference: record.image.name});
		const layers = isChanged ? [...below, layer] : below;
		const draft = committedDraft(baseDraft(image.config), record, {...options, isChanged});
		const written = write(draft, layers, store);
		if (isChanged) remember(written.digest, {record, layer}, store);
		await store.images.tag(written, name);
		return {id: written.id, digest: written.digest, names: name === undefined ? [] : [name]};
	});
}

/** The draft of the image, with the config of the container and the changes that were asked for. */
function committedDraft(
	image: ImageDraft,
	{config, argv}: ContainerRecord,
	{changes = [], author, message, isChanged}: CommitOptions & {readonly isChanged: boolean},
): ImageDraft {
	const planned = planChanges(changes, {config, platform: image.platform});
	const changed = planned.reduce(applyChange, {container: config, ownCmd: false});
	const entry: History = {
		created: new Date().toISOString(),
		...(author === undefined ? {} : {author}),
		created_by: argv.join(' '),
		...(message === undefined ? {} : {comment: message}),
		...(isChanged ? {} : {empty_layer: true}),
	};
	return foldStep({...image, ...changed, ...(author === undefined ? {} : {author})}, undefined, entry);
}

function write(draft: ImageDraft, layers: readonly Layer[], {blobs}: Store): Descriptor & {readonly id: Digest} {
	const config = blobs.add(
		json(
			imageConfig(
				draft,
				layers.map(({diffID}) => diffID),
			),
		),
		ociConfig,
	);
	return {...blobs.add(json(imageManifest(config, layers)), ociManifest), id: config.digest};
}

interface Committed {
	readonly record: ContainerRecord;
	readonly layer: Layer;
}

/** What `inspect` and `history` tell of it: the image is its base, and the container a second step. */
function remember(manifest: Digest, {record: {image, argv}, layer}: Committed, store: Store): void {
	const reference = parseReference(image.name);
	store.records<ProvenanceRecord>(provenanceKind).put(hexOf(manifest), {
		base: {name: reference ? canonicalName(reference) : image.name, digest: image.manifest.digest},
		steps: [{diffID: layer.diffID, number: '2', text: argv.join(' ')}],
	});
}

function json(value: unknown): Uint8Array {
	return Buffer.from(JSON.stringify(value));
}
