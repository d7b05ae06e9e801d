import {join} from 'node:path';
import {difference} from './outcomes.mjs';
import {capture} from './processes.mjs';
import {fill} from './templates.mjs';

/** Exports as the record says them, or as the flags of buildctl do. */
export function exportsOf({exports = [], extra_args: flags = ''}) {
	if (exports.length > 0) return exports;
	const [, type, rest] = /--output type=(\w+)(\S*)/.exec(flags) ?? [];
	if (type !== 'image') return [];
	const [, name] = /,name=([^,]*)/.exec(rest);
	return [{type, attrs: {name, ...(/,push=true/.test(rest) ? {push: 'true'} : {})}}];
}

/** The names that an export gives. What is pushed gets them in the registry. */
export function namesOf({attrs}) {
	return attrs?.push === 'true' ? [] : (attrs?.name?.split(',') ?? []);
}

/** What is to be written besides the image in the store. */
export function outputs(exports, site) {
	return exports.flatMap(({type, dest, attrs = {}}) => {
		if (!['oci', 'local', 'tar'].includes(type)) return [];
		const place = outputPlace(dest, site);
		return ['-o', `type=${type},dest=${place}${attrs.tar === 'false' ? ',tar=false' : ''}`];
	});
}

function outputPlace(dest, site) {
	const [id, path = ''] = dest.split(':');
	const folder = site.places.get(id);
	const place = folder ? join(folder, path) : join(site.folder, `${dest.replaceAll(/\W/g, '-')}-${site.builds.size}`);
	site.places.set(dest, place);
	return place;
}

/** Puts an image into a registry, by skopeo. */
export async function deliver({dest, attrs = {}}, outcome, site) {
	if (dest === 'export-stream') site.places.set(`${dest}#${numberOf(outcome.step) - 1}`, site.places.get(dest));
	if (attrs.push === 'true') for (const name of attrs.name.split(',')) await push(outcome, fill(name, site), site);
}

/** Upstream's code makes what an output is streamed to right before it builds; later checks call the stream by its number too. */
function numberOf({id}) {
	return Number(/\d+$/.exec(id));
}

async function push({image, tags: [tag]}, name, site) {
	const flags = ['copy', '-q', '--insecure-policy', '--dest-tls-verify=false'];
	const {status, text} = await capture('skopeo', [...flags, `oci:${site.root}:${tag}`, `docker://${name}`]);
	if (status !== 0) difference(`skopeo does not push ${name}: ${text}`);
	site.images.set(name, image);
	site.pushed.add(name);
}
