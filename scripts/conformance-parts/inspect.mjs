import {lacking} from './outcomes.mjs';

/** A field of an image under the name that `docker inspect` gives it: `Author`, `Config.Env`. */
export function fieldOf({config}, name) {
	const {config: Config, author, architecture, os} = config;
	const named = {Config, Author: author ?? '', Architecture: architecture, Os: os, Parent: ''};
	return name.split('.').reduce((value, key) => value?.[key], named);
}

/** What `docker inspect -f FORMAT` prints, for formats that are one field. */
export function inspected(image, format) {
	if (format === undefined) return JSON.stringify([{Config: image.config.config, Author: image.config.author ?? ''}]);
	const [, json, name] =
		/^\{\{\s*(json )?\.([\w.]+)\s*\}\}$/.exec(format) ?? lacking(`format ${format} in this harness`);
	const value = fieldOf(image, name);
	return json ? JSON.stringify(value ?? null) : goText(value);
}

/** A value as Go's templates print it. */
export function goText(value = []) {
	if (Array.isArray(value)) return `[${value.join(' ')}]`;
	if (typeof value !== 'object') return String(value);
	const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
	return `map[${pairs.map(([key, one]) => `${key}:${Object.keys(one).length === 0 ? '{}' : one}`).join(' ')}]`;
}
