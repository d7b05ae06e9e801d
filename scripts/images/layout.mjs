import {createHash} from 'node:crypto';
import {createReadStream, createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {createGzip} from 'node:zlib';

const types = 'application/vnd.oci.image';
const created = '2025-01-01T00:00:00Z';

/** Writes an OCI layout with one image of one layer, named `latest`; an index if it has several platforms. */
export async function writeLayout(folder, image) {
	const blobs = join(folder, 'blobs/sha256');
	mkdirSync(blobs, {recursive: true});
	const layer = await putLayer(blobs, image.makeTar);
	const manifests = image.platforms.map(platform => putManifest(blobs, {image, layer, platform}));
	const root =
		manifests.length === 1
			? manifests[0]
			: putJson(blobs, `${types}.index.v1+json`, {schemaVersion: 2, mediaType: `${types}.index.v1+json`, manifests});
	const named = {...root, annotations: {'org.opencontainers.image.ref.name': 'latest'}};
	writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
	writeFileSync(join(folder, 'index.json'), JSON.stringify({schemaVersion: 2, manifests: [named]}));
}

async function putLayer(blobs, makeTar) {
	const temporary = mkdtempSync(join(tmpdir(), 'strata-fixture-'));
	try {
		const [tar, gzip] = [join(temporary, 'layer.tar'), join(temporary, 'layer.tar.gz')];
		makeTar(tar);
		await pipeline(createReadStream(tar), createGzip({level: 6}), createWriteStream(gzip));
		const digest = await sha256(gzip);
		const size = statSync(gzip).size;
		await pipeline(createReadStream(gzip), createWriteStream(join(blobs, digest), {mode: 0o644}));
		return {
			diffID: `sha256:${await sha256(tar)}`,
			descriptor: {mediaType: `${types}.layer.v1.tar+gzip`, digest: `sha256:${digest}`, size},
		};
	} finally {
		rmSync(temporary, {recursive: true});
	}
}

function putManifest(blobs, {image, layer, platform}) {
	const [os, architecture, variant] = platform.split('/');
	const config = putJson(blobs, `${types}.config.v1+json`, {
		created,
		architecture,
		...(variant && {variant}),
		os,
		config: image.config,
		rootfs: {type: 'layers', diff_ids: [layer.diffID]},
		history: [{created, created_by: `strata scripts/fixtures ${image.name}`}],
	});
	const manifest = putJson(blobs, `${types}.manifest.v1+json`, {
		schemaVersion: 2,
		mediaType: `${types}.manifest.v1+json`,
		config,
		layers: [layer.descriptor],
	});
	return {...manifest, platform: {architecture, os, ...(variant && {variant})}};
}

function putJson(blobs, mediaType, value) {
	const bytes = JSON.stringify(value);
	const digest = createHash('sha256').update(bytes).digest('hex');
	writeFileSync(join(blobs, digest), bytes);
	return {mediaType, digest: `sha256:${digest}`, size: Buffer.byteLength(bytes)};
}

async function sha256(file) {
	const hash = createHash('sha256');
	for await (const chunk of createReadStream(file)) hash.update(chunk);
	return hash.digest('hex');
}
