import type {ContainerConfig, ImageConfig} from '../oci/image.ts';

/** A field of two configs that differs; absent where only the other has it. */
export interface ConfigDifference {
	/** `Cmd`, `architecture`; of what is a list of names, with the name: `Env.PATH`, `Labels.version`. */
	readonly field: string;
	readonly before?: unknown;
	readonly after?: unknown;
}

/** What is different in the config `after`, sorted by field. When and how an image was made, and its layers, are no part of it. */
export function compareConfigs(before: ImageConfig, after: ImageConfig): readonly ConfigDifference[] {
	const [one, other] = [fieldsOf(before), fieldsOf(after)];
	const fields = new Set([...one.keys(), ...other.keys()]);
	return [...fields]
		.filter(field => JSON.stringify(one.get(field)) !== JSON.stringify(other.get(field)))
		.sort()
		.map(field => ({
			field,
			...(one.has(field) ? {before: one.get(field)} : {}),
			...(other.has(field) ? {after: other.get(field)} : {}),
		}));
}

function fieldsOf(image: ImageConfig): ReadonlyMap<string, unknown> {
	const {config = {}, created: _, history: __, rootfs: ___, ...rest} = image;
	return new Map([...saying(rest), ...saying(config).flatMap(containerField)]);
}

/** The fields that say something. */
function saying(record: object): readonly [string, unknown][] {
	return Object.entries(record).filter(([, value]) => value !== undefined && value !== null && value !== '');
}

/** What has names is compared by name. */
function containerField([field, value]: [string, unknown]): readonly (readonly [string, unknown])[] {
	if (field === 'Env') return (value as NonNullable<ContainerConfig['Env']>).map(variable);
	if (!named.includes(field)) return [[field, value]];
	return Object.entries(value ?? {}).map(([name, each]) => [`${field}.${name}`, each]);
}

const named: readonly string[] = [
	'Labels',
	'ExposedPorts',
	'Volumes',
	'Healthcheck',
] satisfies (keyof ContainerConfig)[];

function variable(text: string): readonly [string, string] {
	const [name = ''] = text.split('=', 1);
	return [`Env.${name}`, text.slice(name.length + 1)];
}
