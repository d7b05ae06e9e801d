import {isDeepStrictEqual} from 'node:util';
import {treeOf} from './image.mjs';

/** The time of all files of a context: the one time that a builder must not make up. */
export const contextTime = 1485449953;

/** What a runtime puts into a root filesystem, and some builders leave there. */
const leftovers = /^(dev|proc|sys|run|etc\/(hosts|hostname|resolv\.conf|mtab)|\.dockerenv)(\/|$)/;

const fields =
	'Env Cmd Entrypoint WorkingDir User ExposedPorts Volumes Labels StopSignal Healthcheck OnBuild Shell'.split(' ');

/** How an image of ours differs from another's, in lines. `skip` is what a record of buildah's suite leaves out; `history`, whether it is compared. */
export async function compareImages(ours, theirs, {skip, history}) {
	const [our, their] = [await treeOf(ours), await treeOf(theirs)];
	const skipped = new Map(skip.map(skipOf));
	const paths = [...new Set([...our.keys(), ...their.keys()])]
		.sort()
		.filter(path => !leftovers.test(path) && skipped.get(path) !== 'all');
	return [
		...paths.flatMap(path => compareEntries(path, our.get(path), their.get(path), skipped.get(path))),
		...fields.flatMap(field => compareField(field, ours.config, theirs.config)),
		...((ours.config.author ?? '') === (theirs.config.author ?? '') ? [] : ['another author']),
		...(history ? compareHistory(ours.config, theirs.config) : []),
	];
}

/** `(dir):a:(dir):b:mtime`: a path by its components, and what of it is not compared. */
function skipOf(text) {
	const parts = text.split(':').filter(part => part !== '(dir)');
	const isField = parts.at(-1) === 'mtime';
	return [parts.slice(0, isField ? -1 : undefined).join('/'), isField ? 'mtime' : 'all'];
}

function compareEntries(path, our, their, skip) {
	if (!our) return [`has ${path}`];
	if (!their) return [`lacks ${path}`];
	const keys = ['type', 'mode', 'uid', 'gid', 'linkname', 'digest', 'xattrs'];
	const lines = keys.filter(key => !isDeepStrictEqual(our[key], their[key])).map(key => told(path, key, our, their));
	if (our.type === 'directory') return lines;
	const isTime = [our, their].some(({mtime}) => mtime === contextTime) && our.mtime !== their.mtime && skip !== 'mtime';
	return isTime ? [...lines, told(path, 'mtime', our, their)] : lines;
}

function told(path, key, our, their) {
	const text = entry => {
		if (key === 'mode') return entry.mode.toString(8);
		return JSON.stringify(key === 'digest' && entry.data?.length < 2000 ? String(entry.data) : entry[key]);
	};
	return `has ${path} of ${key} ${text(their)}, not ${text(our)}`;
}

function compareField(field, our, their) {
	const [ourValue, theirValue] = [meaningOf(field, our.config), meaningOf(field, their.config)];
	if (isDeepStrictEqual(ourValue, theirValue)) return [];
	return [`says ${field} ${JSON.stringify(theirValue)}, not ${JSON.stringify(ourValue)}`];
}

/** What both say of their own steps. */
function compareHistory(our, their) {
	const [ours, theirs] = [ownHistory(our), ownHistory(their)];
	const at = ours.findIndex((line, index) => line !== theirs[index]);
	if (at < 0 && ours.length === theirs.length) return [];
	return [`has history ${JSON.stringify(theirs.at(at))}, not ${JSON.stringify(ours.at(at))}`];
}

/** The texts of BuildKit's own entries, `+` before those with a layer; without what its older versions left out or wrote in another way. */
function ownHistory({history}) {
	return history
		.filter(({comment}) => comment === 'buildkit.dockerfile.v0')
		.map(({created_by: text, empty_layer: isEmpty}) => `${isEmpty ? '' : '+'}${text}`)
		.map(line => line.replace(/^(\+(?:COPY|ADD))(?: --\S+)+/, '$1').replace(/^(EXPOSE) .*|(WORKDIR \S+)\/$/, '$1$2'))
		.map(line => (line.startsWith('ARG ') ? line.replaceAll(/=.*?(?= \w+(?:=|$)|$)/g, '') : line));
}

/** A field of the config; what is empty is as good as absent. */
function meaningOf(field, config) {
	const value = config[field];
	if (field === 'WorkingDir') return value || '/';
	if (field === 'Labels') return emptied(without(value, 'io.buildah.version'));
	return emptied(value);
}

function without(record, key) {
	return Object.fromEntries(Object.entries(record ?? {}).filter(([name]) => name !== key));
}

function emptied(value) {
	return value === undefined || value === null || value === '' || Object.keys(value).length === 0 ? undefined : value;
}
