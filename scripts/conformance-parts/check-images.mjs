import {buildStep} from './build.mjs';
import {treeOf} from './image.mjs';
import {fieldOf, goText} from './inspect.mjs';
import {difference} from './outcomes.mjs';
import {capture} from './processes.mjs';
import {same} from './same.mjs';
import {fill} from './templates.mjs';

/** What an image is: its digest, its config, its history, its files. */
export const imageChecks = {
	'image-digests-equal': (_, site) => {
		const [first, ...rest] = [...site.builds.values()].flatMap(({image}) => image ?? []);
		if (rest.length === 0) difference('there is one image only');
		for (const {digest} of rest) same(digest, first.digest, 'digest of the image');
	},
	'two-builds-same-digest': async ({build}, site) => {
		const {step, image} = build ? site.builds.get(build) : site.last;
		const other = {...site, root: `${site.root}-2`, builds: new Map(), images: new Map()};
		await buildStep(step, other);
		same(other.last?.image?.digest, image.digest, 'digest of the second build');
	},
	'inspect-equals': ({image, field, json, value}, site) => {
		const found = fieldOf(site.images.get(fill(image, site)) ?? difference(`there is no image ${image}`), field);
		if (!json) return same(goText(found), value, field);
		return same(
			found ?? null,
			typeof value === 'string' && typeof found !== 'string' ? JSON.parse(value) : value,
			field,
		);
	},
	'config-equals': ({build, path, value}, site) => {
		const {config} = imageOf(build, site);
		same(path.reduce((found, key) => found?.[key], config) ?? null, value, path.join('.'));
	},
	'config-size': ({build, path, value}, site) => {
		const found = path.reduce((part, key) => part?.[key], imageOf(build, site).config);
		same(Object.keys(found ?? {}).length, value, `size of ${path.join('.')}`);
	},
	'config-contains': ({build, path, value}, site) => {
		const found = path.reduce((part, key) => part?.[key], imageOf(build, site).config);
		if (!found?.includes(value)) difference(`${path.join('.')} is ${found}, without ${value}`);
	},
	/** What its base brought comes before what the build did. */
	'base-history': ({build}, site) => {
		const [first] = imageOf(build, site).config.history;
		if (!first || first.comment === 'buildkit.dockerfile.v0') difference('the history has nothing of the base');
	},
	/** The same build once more adds nothing to the store. */
	'no-growth': async ({build}, site) => {
		const before = await usage(site);
		await buildStep(site.builds.get(build).step, site);
		same(await usage(site), before, 'what lies in the store');
	},
	'history-contains': ({build, text: part}, site) => {
		if (!historyOf(build, site).includes(part)) difference(`the history has no ${part}: ${historyOf(build, site)}`);
	},
	'history-contains-not': ({build, text: part}, site) => {
		if (historyOf(build, site).includes(part)) difference(`the history has ${part}`);
	},
	'same-image': ({a, b}, site) => same(imageOf(b, site).digest, imageOf(a, site).digest, `digest of ${b}`),
	'other-image': ({a, b}, site) => {
		if (imageOf(a, site).digest === imageOf(b, site).digest) difference(`${a} and ${b} are one image`);
	},
	'tree-find': async ({build, name}, site) => {
		const paths = [...(await treeOf(imageOf(build, site))).keys()];
		if (!paths.some(path => path.split('/').at(-1) === name)) difference(`${name} is nowhere`);
	},
	'tree-entry': async ({build, path, ...wanted}, site) => {
		const found = (await treeOf(imageOf(build, site))).get(path) ?? difference(`${path} is not there`);
		if (wanted.data !== undefined) same(String(found.data), wanted.data, path);
		if (wanted.mode !== undefined) same(found.mode, Number.parseInt(wanted.mode, 8), `mode of ${path}`);
		for (const id of ['uid', 'gid']) if (wanted[id] !== undefined) same(found[id], wanted[id], `${id} of ${path}`);
		for (const part of wanted.without ?? []) if (String(found.data).includes(part)) difference(`${path} has ${part}`);
	},
};

function imageOf(build, site) {
	return site.builds.get(build)?.image ?? difference(`${build} made no image`);
}

function historyOf(build, site) {
	return imageOf(build, site)
		.config.history.map(entry => entry.created_by)
		.join('\n');
}

/** What `strata du` counts, but for the logs: every build has one. */
async function usage({strata, root}) {
	const {stdout} = await capture(process.execPath, [strata, '--root', root, 'du', '--json']);
	const counted = JSON.parse(stdout).filter(({what}) => what !== 'logs' && what !== 'total');
	return Object.fromEntries(counted.map(({what, count}) => [what, count]));
}
