import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {parse} from 'smol-toml';
import {UsageError} from '../errors.ts';

/**
 * What registries.conf of podman and its kin says of registries, as far as it matters to who pulls and pushes.
 * https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md
 */
export interface RegistriesConf {
	/** Where names without a registry are looked up, in this order; empty: docker.io. */
	readonly search: readonly string[];
	/** Full names for short ones. */
	readonly aliases: ReadonlyMap<string, string>;
	readonly registries: readonly RegistryRule[];
}

/** What is said of names that begin with `prefix`. */
export interface RegistryRule {
	/** `registry.example.com/team`, `*.example.com`. */
	readonly prefix: string;
	/** What stands in the place of `prefix` where it is asked for. */
	readonly location: string;
	readonly insecure: boolean;
	readonly blocked: boolean;
	readonly mirrors: readonly Mirror[];
	/** The file that says so. */
	readonly file: string;
}

export interface Mirror {
	readonly location: string;
	readonly insecure: boolean;
	/** Which names it is asked for. */
	readonly pulls: 'all' | 'digest-only' | 'tag-only';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the files of this user and of the system say. Throws a UsageError for one that cannot be read as TOML. */
export function registriesConf(env: Environment): RegistriesConf {
	const documents = confFiles(env).map(file => ({file, document: readToml(file)}));
	const search = documents.flatMap(({document}) => {
		const list = document['unqualified-search-registries'];
		return Array.isArray(list) ? [list.filter(isText)] : [];
	});
	const aliases = documents.flatMap(({document}) => Object.entries(tableOf(document.aliases)));
	return {
		search: search.at(-1) ?? [],
		aliases: new Map(aliases.filter((pair): pair is [string, string] => isText(pair[1]))),
		registries: documents.flatMap(({file, document}) => listOf(document.registry).flatMap(one => ruleOf(one, file))),
	};
}

/** The rule for a name without tag and digest: that with the longest prefix, of equal ones the last. */
export function ruleFor(name: string, {registries}: RegistriesConf): RegistryRule | undefined {
	const matching = registries.filter(({prefix}) => isBelow(name, prefix));
	return matching.reduce<RegistryRule | undefined>(
		(best, rule) => (best && best.prefix.length > rule.prefix.length ? best : rule),
		undefined,
	);
}

/** A name with what `rule` puts in the place of its prefix. */
export function relocated(name: string, {prefix}: Pick<RegistryRule, 'prefix'>, location: string): string {
	if (location === '') return name;
	const length = prefix.startsWith('*.') ? name.split('/')[0]?.length : prefix.length;
	return `${location}${name.slice(length)}`;
}

/** The main file, then what is added to it, in order of names. One that the user has takes the place of the system's. */
function confFiles({CONTAINERS_REGISTRIES_CONF: named, HOME: home}: Environment): readonly string[] {
	const roots = [...(home ? [join(home, '.config/containers')] : []), '/etc/containers'];
	const main = named || roots.map(root => join(root, 'registries.conf')).find(file => existsSync(file));
	const added = named ? [] : roots.toReversed().flatMap(root => dropIns(join(root, 'registries.conf.d')));
	return [...(main ? [main] : []), ...added];
}

function dropIns(folder: string): readonly string[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.filter(name => name.endsWith('.conf'))
		.sort()
		.map(name => join(folder, name));
}

type Table = Readonly<Record<string, unknown>>;

function readToml(file: string): Table {
	try {
		return parse(readFileSync(file, 'utf8'));
	} catch (error) {
		throw new UsageError('REGISTRIES_CONF', `cannot read ${file}`, {
			notes: [(error as Error).message.split('\n')[0] ?? ''],
			help: ['repair it, or name another: CONTAINERS_REGISTRIES_CONF=FILE'],
			cause: error,
		});
	}
}

function ruleOf(table: Table, file: string): readonly RegistryRule[] {
	const location = isText(table.location) ? table.location : '';
	const prefix = isText(table.prefix) && table.prefix !== '' ? table.prefix : location;
	if (prefix === '') return [];
	const digestsOnly = table['mirror-by-digest-only'] === true;
	const mirrors = listOf(table.mirror).flatMap(mirror => mirrorOf(mirror, digestsOnly));
	return [{prefix, location, insecure: table.insecure === true, blocked: table.blocked === true, mirrors, file}];
}

function mirrorOf(table: Table, digestsOnly: boolean): readonly Mirror[] {
	if (!isText(table.location)) return [];
	const pulls = table['pull-from-mirror'];
	return [
		{
			location: table.location,
			insecure: table.insecure === true,
			pulls: pulls === 'digest-only' || pulls === 'tag-only' ? pulls : digestsOnly ? 'digest-only' : 'all',
		},
	];
}

/** A prefix ends where a part of the name does; `*.` stands for any host below a domain. */
function isBelow(name: string, prefix: string): boolean {
	if (prefix.startsWith('*.')) return name.split('/')[0]?.endsWith(prefix.slice(1)) === true;
	return name === prefix || name.startsWith(`${prefix}/`);
}

function isText(value: unknown): value is string {
	return typeof value === 'string';
}

function tableOf(value: unknown): Table {
	return typeof value === 'object' && value !== null ? (value as Table) : {};
}

function listOf(value: unknown): readonly Table[] {
	return Array.isArray(value) ? value.map(tableOf) : [];
}
