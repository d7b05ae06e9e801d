import {execFileSync} from 'node:child_process';
import {lstatSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {placeOf} from './contexts.mjs';
import {layerOf} from './image.mjs';
import {answerOf} from './lint.mjs';
import {difference, lacking} from './outcomes.mjs';
import {fill} from './templates.mjs';

/** What a check of the corpus points at: a value of an image's config, of an OCI layout or of a file. Undefined if it is not there. */
export function jsonAt({source, path}, site) {
	const {root, blob} = (sources[source.kind] ?? lacking(`JSON of ${source.kind} in this harness`))(source, site, path);
	return path.reduce((value, key) => follow(value, key, blob), root);
}

/** The entries of a layer whose descriptor lies in an OCI layout at a path. */
export async function layerAt({source, path}, site) {
	const {digest, mediaType} = jsonAt({source, path}, site) ?? difference(`there is no ${path.join('.')}`);
	const file = join(site.folder, digest.replace(':', '-'));
	writeFileSync(file, readFrom(layoutPlace(source, site), `blobs/${digest.replace(':', '/')}`));
	return layerOf(file, mediaType);
}

const sources = {
	'image-config': ({image}, site, [part]) => {
		if (part === 'Manifest') return {root: {Manifest: pushedManifest(image, site)}};
		const found = site.images.get(fill(image, site)) ?? byEnd(image, site) ?? site.last.image;
		return {root: found.config};
	},
	file: ({path}, site) => ({root: JSON.parse(readFileSync(placeOf(path, site), 'utf8'))}),
	outline: ({build}, site) => ({root: answerOf(build, site)}),
	targets: ({build}, site) => ({root: answerOf(build, site)}),
	images: () => ({root: [{}]}),
	'oci-layout': (source, site) => {
		const place = layoutPlace(source, site);
		const read = path => JSON.parse(String(readFrom(place, path)));
		return {root: {'index.json': read('index.json')}, blob: digest => read(`blobs/${digest.replace(':', '/')}`)};
	},
};

/** What the registry of a case has, as it was pushed. */
function pushedManifest(image, {registryOfCase}) {
	const flags = ['inspect', '--raw', '--tls-verify=false'];
	return JSON.parse(execFileSync('skopeo', [...flags, `docker://${registryOfCase}${image}`], {encoding: 'utf8'}));
}

/** Names of a registry that upstream made up are cut from some records. */
function byEnd(image, {images}) {
	return [...images].find(([name]) => image !== '' && name.endsWith(image))?.[1];
}

function layoutPlace({tar}, site) {
	return site.places.get(tar) ?? placeOf(tar, site);
}

function readFrom(place, path) {
	const stat = lstatSync(place, {throwIfNoEntry: false}) ?? difference(`there is no output ${place}`);
	if (stat.isDirectory()) return readFileSync(join(place, path));
	return execFileSync('tar', ['-xOf', place, path], {maxBuffer: 1 << 28});
}

function follow(value, key, blob) {
	if (value === undefined || value === null) return undefined;
	if (key === '@') return blob(value.digest);
	if (key === '*') return Object.values(value);
	if (key === 'Type' && value.type) return value.type;
	if (/^bin-\(len\(/.test(key)) return value.at(-1);
	const [, own] = /^\{\{key\(.*History\)\}\}\{\{(\d)\}\}$/s.exec(key) ?? [];
	return value[own === undefined ? key : firstOwn(value) + Number(own)];
}

/** Where a history begins to tell of the build, after what the base brought. */
function firstOwn(history) {
	return history.findIndex(({comment}) => comment === 'buildkit.dockerfile.v0');
}
