import {RegistryError} from '../errors.ts';
import {parseReference, type Reference} from '../oci/reference.ts';
import {loginEnvironment, type RegistryOptions} from './client.ts';
import {type Mirror, type RegistryRule, registriesConf, relocated, ruleFor} from './registries-conf.ts';

/** A repository as it is to be asked for an image. */
export interface Place {
	readonly reference: Reference;
	readonly options: RegistryOptions;
}

/** A mirror that does not answer is left soon: there is the registry itself. */
const triesOfMirrors = 2;

/** Where an image is to be looked for: the mirrors that registries.conf names, then the registry. Throws a RegistryError for one that it blocks. */
export function pullPlaces(reference: Reference, options: RegistryOptions): readonly Place[] {
	const rule = ruleOf(reference, options);
	if (!rule) return [{reference, options}];
	const registry = placeBy(rule, reference, options);
	const {login: _, ...others} = options;
	const mirrors = rule.mirrors
		.filter(mirror => serves(mirror, reference))
		.flatMap(mirror => {
			const moved = at(reference, rule, mirror.location);
			return moved ? [{reference: moved, options: {...reach(others, mirror), attempts: triesOfMirrors}}] : [];
		});
	return [...mirrors, registry];
}

/** The registry itself, where registries.conf says that it is. Throws a RegistryError for one that it blocks. */
export function registryPlace(reference: Reference, options: RegistryOptions): Place {
	const rule = ruleOf(reference, options);
	return rule ? placeBy(rule, reference, options) : {reference, options};
}

function placeBy(rule: RegistryRule, reference: Reference, options: RegistryOptions): Place {
	refuseBlocked(reference, rule);
	const moved = at(reference, rule, rule.location) ?? reference;
	const {login: _, ...others} = options;
	// a login that is given is for the registry that is named
	return {reference: moved, options: reach(moved.registry === reference.registry ? options : others, rule)};
}

/** The options to push with: what is pushed goes to the registry that its name says. Throws a RegistryError for one that is blocked. */
export function pushOptions<T extends RegistryOptions>(reference: Reference, options: T): T {
	const rule = ruleOf(reference, options);
	if (rule) refuseBlocked(reference, rule);
	return rule ? reach(options, rule) : options;
}

/** What a name without a registry may stand for, in the order in which it is to be tried. */
export function shortNames(name: string, options: RegistryOptions): readonly Reference[] {
	const {aliases, search} = registriesConf(loginEnvironment(options));
	const [, repository = '', version = ''] = /^([^:@]+)(.*)$/.exec(name) ?? [];
	const alias = aliases.get(repository);
	const full = alias === undefined ? search.map(registry => `${registry}/${name}`) : [`${alias}${version}`];
	return (full.length > 0 ? full : [name]).flatMap(one => parseReference(one) ?? []);
}

function ruleOf({registry, repository}: Reference, options: RegistryOptions): RegistryRule | undefined {
	return ruleFor(`${registry}/${repository}`, registriesConf(loginEnvironment(options)));
}

function reach<T extends RegistryOptions>(options: T, {insecure}: {readonly insecure: boolean}): T {
	return insecure ? {tlsVerify: false, ...options} : options;
}

function serves({pulls}: Mirror, {digest}: Reference): boolean {
	return pulls === 'all' || (pulls === 'digest-only') === (digest !== undefined);
}

function at(
	{registry, repository, tag, digest}: Reference,
	rule: RegistryRule,
	location: string,
): Reference | undefined {
	const place = parseReference(relocated(`${registry}/${repository}`, rule, location));
	if (!place) return undefined;
	const version = {...(tag === undefined ? {} : {tag}), ...(digest === undefined ? {} : {digest})};
	return {registry: place.registry, repository: place.repository, ...version};
}

function refuseBlocked({registry, repository}: Reference, {blocked, file, prefix}: RegistryRule): void {
	if (!blocked) return;
	throw new RegistryError('REGISTRY_BLOCKED', `${registry}/${repository} is blocked on this machine`, {
		notes: [`${file} says so of ${prefix}`],
		help: ['take it from a registry that is allowed, or ask who wrote that file'],
	});
}
