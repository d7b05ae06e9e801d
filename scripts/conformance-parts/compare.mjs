import {isDeepStrictEqual} from 'node:util';
import {listingOf} from './listing.mjs';

const fields =
	'Env Cmd Entrypoint WorkingDir User ExposedPorts Volumes Labels StopSignal Healthcheck OnBuild Shell'.split(' ');

/** All of an image that is compared, as it can be kept: its files as `listingOf` tells them, its config, the history that BuildKit writes. */
export async function pictureOf(image, registry) {
	const {config, author = '', history} = image.config;
	const said = fields.map(field => [field, meaningOf(field, config ?? {})]).filter(([, value]) => value !== undefined);
	return {
		...(await listingOf(image, registry)),
		config: {...Object.fromEntries(said), ...(author ? {author} : {})},
		history: ownHistory(history ?? []),
	};
}

/** How a picture of ours differs from another's, in lines. `skip` is what a record of buildah's suite leaves out; `history`, whether it is compared. */
export function differencesOf(ours, theirs, {skip, history}) {
	const skipped = new Map(skip.map(skipOf));
	return [
		...compareFiles(ours, theirs, skipped),
		...[...fields, 'author'].flatMap(field => compareField(field, ours.config, theirs.config)),
		...(history ? compareHistory(ours.history, theirs.history) : []),
	];
}

/** `(dir):a:(dir):b:mtime`: a path by its components, and what of it is not compared. */
function skipOf(text) {
	const parts = text.split(':').filter(part => part !== '(dir)');
	const isField = parts.at(-1) === 'mtime';
	return [parts.slice(0, isField ? -1 : undefined).join('/'), isField ? 'mtime' : 'all'];
}

function compareFiles(ours, theirs, skipped) {
	if (ours.base !== theirs.base) return [`begins with ${theirs.base}, not ${ours.base}`];
	const changed = ({files, gone}) => new Map([...Object.entries(files), ...gone.map(path => [path, 'gone'])]);
	const [our, their] = [changed(ours), changed(theirs)];
	return [...new Set([...our.keys(), ...their.keys()])].sort().flatMap(path => {
		const skip = skipped.get(path);
		const told = line => (skip === 'mtime' ? line?.replace(' @context', '') : line);
		const [a, b] = [told(our.get(path)), told(their.get(path))];
		if (a === b || skip === 'all') return [];
		return [`has ${path} ${b ?? 'as it was'}, not ${a ?? 'as it was'}`];
	});
}

function compareField(field, ours, theirs) {
	if (isDeepStrictEqual(tidied(field, ours[field]), tidied(field, theirs[field]))) return [];
	return [`says ${field} ${JSON.stringify(theirs[field])}, not ${JSON.stringify(ours[field])}`];
}

/** Older builders keep the slash that a WORKDIR ends with. */
function tidied(field, value) {
	return field === 'WorkingDir' ? value?.replace(/(?<=.)\/$/, '') : value;
}

/** What both say of their own steps. */
function compareHistory(ours, theirs) {
	const at = ours.findIndex((line, index) => line !== theirs[index]);
	if (at < 0 && ours.length === theirs.length) return [];
	return [`has history ${JSON.stringify(theirs.at(at))}, not ${JSON.stringify(ours.at(at))}`];
}

/** The texts of BuildKit's own entries, `+` before those with a layer; without what its older versions left out or wrote in another way. */
function ownHistory(history) {
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
