import {csvFields} from '../dockerfile/instructions/csv.ts';
import {UsageError} from '../errors.ts';
import type {CacheFrom, CacheTo, MountsTo} from '../index.ts';
import {parseSize} from './size.ts';

/** `NAME` in a registry, `type=registry,ref=NAME`, or `type=local,src=DIR` with `tag=` or `digest=`. */
export function parseCacheFrom(text: string, flag = '--cache-from'): CacheFrom {
	const {type, ref, src, tag, digest, ...others} = attributesOf(flag, text);
	refuseOthers(flag, others);
	if (type === 'registry' && ref && !src) return {type, ref};
	if (type === 'local' && src && !ref) return {type, src, ...(tag ? {tag} : {}), ...(digest ? {digest} : {})};
	throw badCache(flag, text, type);
}

/** As for `--cache-to`, with `max-size=2GB` and no `mode=`, as a cache mount is one piece. */
export function parseMountsTo(text: string): MountsTo {
	const flag = '--cache-mounts-to';
	const {type, ref, dest, tag, ...rest} = attributesOf(flag, text);
	const {'ignore-error': ignored = 'true', 'max-size': size, ...others} = rest;
	refuseOthers(flag, others);
	const maxSize = size === undefined ? undefined : parseSize(size);
	if ((size !== undefined && maxSize === undefined) || !isSwitch(ignored)) throw badCache(flag, text, type);
	const how = {...(maxSize === undefined ? {} : {maxSize}), ignoreError: ignored === 'true'};
	if (type === 'registry' && ref && !dest) return {type, ref, ...how};
	if (type === 'local' && dest && !ref) return {type, dest, ...(tag ? {tag} : {}), ...how};
	throw badCache(flag, text, type);
}

/** As for `--cache-from`, with `dest=` for `src=`, or `type=inline`; `mode=min|max`, `ignore-error=true|false`. */
export function parseCacheTo(text: string): CacheTo {
	const {type, ref, dest, tag, mode = 'min', ...rest} = attributesOf('--cache-to', text);
	const {'ignore-error': ignored = 'true', ...others} = rest;
	refuseOthers('--cache-to', others);
	if ((mode !== 'min' && mode !== 'max') || !isSwitch(ignored)) throw badCache('--cache-to', text, type);
	const how = {mode, ignoreError: ignored === 'true'} as const;
	if (type === 'registry' && ref && !dest) return {type, ref, ...how};
	if (type === 'local' && dest && !ref) return {type, dest, ...(tag ? {tag} : {}), ...how};
	if (type === 'inline' && mode === 'min' && !ref && !dest) return {type};
	throw badCache('--cache-to', text, type);
}

function isSwitch(text: string): boolean {
	return text === 'true' || text === 'false';
}

type Attributes = Readonly<Record<string, string | undefined>>;

function attributesOf(flag: string, text: string): Attributes {
	if (!/^"?[\w-]+=/.test(text)) return {type: 'registry', ref: text};
	const fields = csvFields(text);
	if (!fields) throw badCache(flag, text);
	return Object.fromEntries(
		fields.map(field => {
			const at = field.indexOf('=');
			return at === -1 ? [field, 'true'] : [field.slice(0, at).toLowerCase(), field.slice(at + 1)];
		}),
	);
}

/** What BuildKit's caches may be and may not be, and ours always are. */
const always: Attributes = {'image-manifest': 'true', 'oci-mediatypes': 'true', compression: 'gzip'};

function refuseOthers(flag: string, others: Attributes): void {
	for (const [name, value] of Object.entries(others)) {
		const isAlways = Object.hasOwn(always, name);
		if (isAlways && always[name] === value) continue;
		const reason = isAlways ? `${name}= is always ${always[name]}` : `knows no ${name}=`;
		throw new UsageError('FLAG_VALUE', `${flag} ${reason}`, {help: [`leave ${name}= out`]});
	}
}

function badCache(flag: string, text: string, type?: string): UsageError {
	const place = flag.endsWith('-to') ? 'dest' : 'src';
	const known = ['registry', 'local', ...(flag === '--cache-to' ? ['inline'] : [])];
	const reason = type === undefined || known.includes(type) ? text : `of type ${type}`;
	return new UsageError('FLAG_VALUE', `${flag} cannot be ${reason}`, {
		help: [
			`in a registry: ${flag} type=registry,ref=NAME`,
			`or a folder: ${flag} type=local,${place}=DIR`,
			...(flag === '--cache-to' ? ['or in the image itself: --cache-to type=inline'] : []),
		],
	});
}
