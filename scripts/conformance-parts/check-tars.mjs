import {treeOf} from './image.mjs';
import {layerAt} from './json.mjs';
import {difference} from './outcomes.mjs';
import {same} from './same.mjs';
import {fill} from './templates.mjs';
import {mergeLayers} from './trees.mjs';

/** What is in a tar of files: an output of that type, or a layer. */
export const tarChecks = {
	'tar-has': async (expected, site) => void (await tarEntry(expected, site)),
	'tar-has-not': async ({tar, entry}, site) => {
		if ((await tarOf(tar, site)).has(entry)) difference(`the tar has ${entry}`);
	},
	'tar-file-equals': async ({data, ...rest}, site) => {
		const found = await tarEntry(rest, site);
		same(String(found.data), fill(data, site), rest.entry);
	},
	'tar-header-equals': async ({field, value, ...rest}, site) => {
		const {uid, gid, mode, size, linkname, mtime} = await tarEntry(rest, site);
		const fields = {Uid: uid, Gid: gid, Mode: mode, Size: size, Linkname: linkname ?? '', ModTime: mtime};
		same(fields[field], value, `${field} of ${rest.entry}`);
	},
};

async function tarOf(tar, site) {
	const file = site.places.get(tar);
	if (!file && !tar.layer) difference(`there is no ${tar}`);
	const tree = file ? await treeOf({layers: [file]}) : mergeLayers([await layerAt(withoutLast(tar.layer), site)]);
	return new Map([...tree].map(([path, entry]) => [entry.type === 'directory' ? `${path}/` : path, entry]));
}

function withoutLast({source, path}) {
	return {source, path: path.slice(0, -1)};
}

async function tarEntry({tar, entry}, site) {
	return (await tarOf(tar, site)).get(entry) ?? difference(`the tar has no ${entry}`);
}
