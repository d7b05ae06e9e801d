import type {ContainerConfig} from '../oci/image.ts';

/** What an image does not inherit of its base: keys of labels, paths of volumes, ports as `80/tcp`. `*` stands for all of a kind. */
export interface Unset {
	readonly labels?: readonly string[];
	readonly volumes?: readonly string[];
	readonly ports?: readonly string[];
}

/** The config of a base without what is unset. */
export function inherited(container: ContainerConfig, {labels, volumes, ports}: Unset): ContainerConfig {
	return {
		...container,
		...(container.Labels && {Labels: without(container.Labels, labels)}),
		...(container.Volumes && {Volumes: without(container.Volumes, volumes)}),
		...(container.ExposedPorts && {ExposedPorts: without(container.ExposedPorts, ports)}),
	};
}

function without<Value>(
	values: Readonly<Record<string, Value>>,
	unset: readonly string[] = [],
): Readonly<Record<string, Value>> {
	return Object.fromEntries(Object.entries(values).filter(([key]) => !unset.includes(key) && !unset.includes('*')));
}
