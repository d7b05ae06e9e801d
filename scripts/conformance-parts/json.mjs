import {execFileSync} from 'node:child_process';
import {lstatSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {placeOf} from './contexts.mjs';
import {difference, later} from './outcomes.mjs';
import {fill} from './templates.mjs';

/** What a check of the corpus points at: a value of an image's config, of an OCI layout or of a file. Undefined if it is not there. */
export function jsonAt({source, path}, site) {
	const {root, blob} = (sources[source.kind] ?? later(`JSON of ${source.kind}`))(source, site);
	return path.reduce((value, key) => step(value, key, blob), root);
}

const sources = {
	'image-config': ({image}, site) => {
		const found = site.images.get(fill(image, site)) ?? byEnd(image, site) ?? site.last.image;
		return {root: found.config};
	},
	file: ({path}, site) => ({root: JSON.parse(readFileSync(placeOf(path, site), 'utf8'))}),
	images: () => ({root: [{}]}),
	'oci-layout': ({tar}, site) => {
		const place = site.places.get(tar) ?? placeOf(tar, site);
		const read = path => JSON.parse(readFrom(place, path));
		return {root: {'index.json': read('index.json')}, blob: digest => read(`blobs/${digest.replace(':', '/')}`)};
	},
};

/** Names of a registry that upstream made up are cut from some records. */
function byEnd(image, {images}) {
	return [...images].find(([name]) => image !== '' && name.endsWith(image))?.[1];
}

function readFrom(place, path) {
	const stat = lstatSync(place, {throwIfNoEntry: false}) ?? difference(`there is no output ${place}`);
	if (stat.isDirectory()) return readFileSync(join(place, path), 'utf8');
	return execFileSync('tar', ['-xOf', place, path], {encoding: 'utf8', maxBuffer: 1 << 26});
}

function step(value, key, blob) {
	if (value === undefined || value === null) return undefined;
	if (key === '@') return blob(value.digest);
	if (key === '*') return Object.values(value);
	if (key === 'Type' && value.type) return value.type;
	if (typeof key === 'string' && /^\{\{/.test(key)) return later(`upstream's expression ${key.slice(0, 30)}`);
	return value[key];
}
