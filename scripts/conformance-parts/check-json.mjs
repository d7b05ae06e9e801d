import {isDeepStrictEqual} from 'node:util';
import {jsonAt, layerAt} from './json.mjs';
import {difference} from './outcomes.mjs';
import {same} from './same.mjs';
import {fill} from './templates.mjs';

/** What a value is, by its path in the config of an image, in an OCI layout, in an answer of the frontend. */
export const jsonChecks = {
	'json-equals': (expected, site) => {
		const {value} = expected;
		if (expected.path.at(-1) === rewritten) return timesUntil(Number(fill(value, site)), expected, site);
		return same(jsonAt(expected, site) ?? null, typeof value === 'string' ? fill(value, site) : value, told(expected));
	},
	'json-not-equals': (expected, site) => {
		if (isDeepStrictEqual(jsonAt(expected, site) ?? null, expected.value))
			difference(`${told(expected)} is ${expected.value}`);
	},
	'json-has': (expected, site) => {
		if (jsonAt(expected, site) === undefined) difference(`there is no ${told(expected)}`);
	},
	'json-length': (expected, site) => {
		const value = jsonAt(expected, site);
		const [, own] = /\{\{(\d)\}\}$/.exec(expected.templated ? expected.equals : '') ?? [];
		if (own) return same(value.filter(isOwn).length, Number(own), `own entries of ${told(expected)}`);
		return same(lengthOf(value), Number(fill(expected.equals, site)), `length of ${told(expected)}`);
	},
	'json-length-compare': (expected, site) => {
		const {operator, value: wanted} = expected;
		const length = lengthOf(jsonAt(expected, site));
		const holds = {'>': length > wanted, '<': length < wanted, '>=': length >= wanted, '<=': length <= wanted}[
			operator
		];
		if (!holds) difference(`${told(expected)} has length ${length}, not ${operator} ${wanted}`);
	},
	'json-contains': (expected, site) => {
		const value = jsonAt(expected, site);
		if (!value?.includes(expected.value)) difference(`${told(expected)} is ${value}, without ${expected.value}`);
	},
	'json-not-contains': (expected, site) => {
		if (jsonAt(expected, site)?.includes(expected.value)) difference(`${told(expected)} has ${expected.value}`);
	},
	'json-array-has-prefix': (expected, site) => {
		const list = jsonAt(expected, site);
		if (!list?.some(item => item.startsWith(expected.prefix)))
			difference(`nothing of ${list} begins with ${expected.prefix}`);
	},
	'json-empty': (expected, site) => same(lengthOf(jsonAt(expected, site) ?? ''), 0, told(expected)),
	'json-nonempty': (expected, site) => {
		if (!jsonAt(expected, site)) difference(`${told(expected)} is empty`);
	},
	'json-time-unix-equals': (expected, site) =>
		same(Date.parse(jsonAt(expected, site)) / 1000, Number(fill(expected.value, site)), told(expected)),
	'json-platform-equals': (expected, site) => {
		const {os, architecture, variant} = jsonAt(expected, site) ?? {};
		same([os, architecture, variant].filter(Boolean).join('/'), fill(expected.value, site), told(expected));
	},
	'json-same': ({a, b}, site) => same(jsonAt(a, site), jsonAt(b, site), told(a)),
	'json-differ': ({a, b}, site) => {
		if (isDeepStrictEqual(jsonAt(a, site), jsonAt(b, site))) difference(`${told(a)} is the same`);
	},
	/** Seconds from one time to another. */
	'json-seconds-between': ({from, to, more, less}, site) => {
		const seconds = (Date.parse(jsonAt(to, site)) - Date.parse(jsonAt(from, site))) / 1000;
		if (!(seconds > more && seconds < less)) difference(`${seconds} seconds from ${told(from)} to ${told(to)}`);
	},
};

function told({path}) {
	return path.join('.');
}

function lengthOf(value) {
	return Object.keys(value ?? []).length;
}

/** BuildKit's mark on a layer whose times it changed. Here what counts is the times. */
const rewritten = 'buildkit/rewritten-timestamp';

async function timesUntil(epoch, {source, path}, site) {
	for (const {path: file, mtime} of await layerAt({source, path: path.slice(0, -2)}, site)) {
		if (mtime > epoch) difference(`${file} is of ${mtime}, after ${epoch}`);
	}
}

function isOwn({comment}) {
	return comment === 'buildkit.dockerfile.v0';
}
