import {takeInventory} from '../attest/inventory.ts';
import {attestationConfig, attestationManifest} from '../attest/manifest.ts';
import {provenance} from '../attest/provenance.ts';
import {complaint, type DescribedImage, spdxDocument} from '../attest/spdx.ts';
import {imagePackageURL, type Predicate, spdxPredicate, statement} from '../attest/statement.ts';
import {readConfig, readManifest} from '../export/image.ts';
import {attestationEntry, statementLayer} from '../oci/attestation.ts';
import {bare} from '../oci/descriptor.ts';
import type {Descriptor} from '../oci/image.ts';
import {inTotoStatement, ociConfig, ociEmpty, ociManifest} from '../oci/media-types.ts';
import type {BlobStore} from '../store/store.ts';
import type {BaseImages} from './bases.ts';
import {buildFacts, type DoneImage} from './build-facts.ts';
import type {Builder} from './builder.ts';
import type {Files} from './files.ts';
import type {WrittenImage} from './finish.ts';
import type {Planned} from './planning.ts';
import {rootFiles} from './root-files.ts';
import type {BuiltPlatform} from './stage.ts';

/** What the statements are made from, besides the images. */
interface Evidence {
	readonly planned: Planned;
	readonly built: readonly BuiltPlatform[];
	readonly builder: Builder;
}

/**
 * States of each image what was asked for, in the order SBOM, provenance, and stores it as BuildKit does:
 * https://docs.docker.com/build/metadata/attestations/attestation-storage/
 */
export async function attestImages(
	images: readonly WrittenImage[],
	evidence: Evidence,
): Promise<readonly Descriptor[]> {
	const {planned, built, builder} = evidence;
	const {events, request} = builder;
	const start = events.elapsed();
	const about = {type: 'export', output: 'attestations', dest: 'attestations'} as const;
	events.emit({...about, state: 'started', ms: 0});
	const entries: Descriptor[] = [];
	for (const [at, {descriptor, platform, layers}] of images.entries()) {
		const [plan, state] = [planned.plans[at], built[at]?.state];
		if (!plan || !state) throw new Error(`Image ${at} was not planned`);
		const purls = request.names.flatMap(name => imagePackageURL(name, platform) ?? []);
		const image = {descriptor, purls, layers, plan, files: state.files, origin: state.origin};
		entries.push(await attest(image, await predicatesOf(image, planned.bases, builder), builder));
	}
	events.emit({...about, state: 'done', ms: events.elapsed() - start});
	return entries;
}

/** An image of one platform, and what it was made from. */
interface AttestedImage extends DoneImage {
	readonly descriptor: Descriptor;
	/** Of its names. */
	readonly purls: readonly string[];
	readonly files: Files;
}

async function attest(
	{descriptor, purls}: AttestedImage,
	predicates: readonly Predicate[],
	{store: {blobs}, request}: Builder,
): Promise<Descriptor> {
	const layers = predicates.map(predicate => {
		const bytes = json(statement({purls, digest: descriptor.digest}, predicate));
		return statementLayer(blobs.add(bytes, inTotoStatement), predicate.predicateType);
	});
	const subject = request.attestations?.artifact ? bare(descriptor) : undefined;
	const config = subject ? blobs.add(json({}), ociEmpty) : blobs.add(json(attestationConfig(layers)), ociConfig);
	const manifest = blobs.add(json(attestationManifest(layers, config, subject)), ociManifest);
	return attestationEntry(manifest, descriptor);
}

async function predicatesOf(image: AttestedImage, bases: BaseImages, builder: Builder): Promise<readonly Predicate[]> {
	const {sbom = false, provenance: wishes} = builder.request.attestations ?? {};
	return [
		...(sbom ? [{predicateType: spdxPredicate, predicate: await sbomOf(image, builder)}] : []),
		...(wishes ? [provenance(await buildFacts(image, bases, builder), wishes)] : []),
	];
}

/** What cannot be read is told to the user, too: an SBOM that lacks something should surprise nobody. */
async function sbomOf(image: AttestedImage, {store, supply, request, events}: Builder): Promise<object> {
	const inventory = await takeInventory(await rootFiles(image.files, {store, supply}));
	for (const unread of inventory.unread) events.emit({type: 'warning', message: `SBOM: ${complaint(unread)}`});
	const {digest} = image.descriptor;
	const created = await timeOf(image, store.blobs);
	const described: DescribedImage = {name: request.names[0] ?? digest, digest, purls: image.purls, created};
	return spdxDocument(inventory, described);
}

/** That of the image, so that the same image has the same SBOM. */
async function timeOf({descriptor}: AttestedImage, blobs: BlobStore): Promise<string> {
	const {config} = await readManifest(descriptor, blobs);
	return (await readConfig(config, blobs)).created ?? new Date(0).toISOString();
}

function json(value: unknown): Uint8Array {
	return Buffer.from(JSON.stringify(value));
}
